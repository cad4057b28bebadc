// Rules of the resolved config whose values go on from row to row within an entity.
import type { Rule } from './types.ts'

/** Rows of a table that belong together in order: so many each, the children of one parent, or (null) all. */
export type Per = { rows: number } | { foreign_key: number } | null

export type EntityRule =
  /**
   * start, start + step, ... in each entity, in units of 10^-decimals, days or seconds. `step` with a rule: steps are drawn,
   * never negative, and count as `unit` of those.
   */
  | {
      type: 'series'
      start: number
      step: number | { rule: Rule; unit: number }
      decimals: number
      per: Per
    }
  | {
      type: 'walk'
      start: number
      drift: number
      stddev: number
      min: number | null
      max: number | null
      /** `period` in rows. */
      season?: { period: number; amplitude: number }
      decimals: number
      per: Per
    }
  /** Weights of each state as the first one, and [state, weight] of those that may follow it. */
  | {
      type: 'state_machine'
      states: string[]
      initial: number[]
      transitions: [number, number][][]
      per: Per
    }
