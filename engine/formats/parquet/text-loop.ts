// Writes a batch of values as text, each with its length in front, by the same generated code that text
// formats use.

import type { Vector } from '#engine/rules/vector.ts'
import { type Cell, cellOf } from '../cell.ts'
import { CSV, type Dialect } from '../dialect.ts'
import { createLoop, type Loop } from '../row-writer.ts'

const LENGTH_BYTES = 4
/** Copies store whole words: room behind the last value. */
const OVERRUN_BYTES = 128
const LARGEST_BATCH = 4096

/** Text as it is: nothing quoted, nothing escaped. */
const BARE: Dialect = {
  ...CSV,
  text: (value) => value,
  inner: (value) => value,
  innerIsSafe: () => true,
}

export type TextLoop = {
  /** Bytes that each entry of the last batch took, its length included; stale where it is null. */
  lengths: Int32Array
  /** Most bytes of the first n entries. */
  bound(n: number): number
  loop(): Loop
}

function prefixed(vector: Vector, lengths: Int32Array): Cell {
  const value = cellOf({ ...vector, nulls: null }, BARE, '')
  const { nulls } = vector
  return {
    code(bind) {
      const length = `d.setUint32(q,p-q-${LENGTH_BYTES},true);${bind(lengths)}[i]=p-q;`
      const whole = `{const q=p;p+=${LENGTH_BYTES};${value.code(bind)}${length}}`
      return nulls ? `if(${bind(nulls)}[i]!==1)${whole}` : whole
    },
    write(memory, view, p, i) {
      if (nulls?.[i] === 1) return p
      const end = value.write(memory, view, p + LENGTH_BYTES, i)
      view.setUint32(p, end - p - LENGTH_BYTES, true)
      lengths[i] = end - p
      return end
    },
    bound: (n) => n * LENGTH_BYTES + value.bound(n) + OVERRUN_BYTES,
  }
}

/** A loop over a vector of at most 4,096 entries a batch. */
export function createTextLoop(vector: Vector): TextLoop {
  const lengths = new Int32Array(LARGEST_BATCH)
  const cell = prefixed(vector, lengths)
  return { lengths, bound: (n) => cell.bound(n), loop: () => createLoop([cell]) }
}
