// Writes a batch of values as text, one behind the other, by the same generated code that text formats use.

import type { Vector } from '#engine/rules/vector.ts'
import { cellOf } from '../cell.ts'
import type { Cell } from '../cell-parts.ts'
import { CSV, type Dialect } from '../dialect.ts'
import { createLoop, type Loop } from '../row-writer.ts'

/** Copies store whole words: room behind the last value. */
const OVERRUN_BYTES = 128
const LARGEST_BATCH = 4096

/** Text as it is: nothing quoted, nothing escaped. */
const { minimal: _quotes, ...UNQUOTED } = CSV
const BARE: Dialect = {
  ...UNQUOTED,
  text: (value) => value,
  inner: (value) => value,
}

export type TextLoop = {
  /** Bytes that each entry of the last batch took; stale where it is null. */
  lengths: Int32Array
  /** Most bytes of the first n entries. */
  bound(n: number): number
  loop(): Loop
}

function measured(vector: Vector, lengths: Int32Array): Cell {
  const value = cellOf({ ...vector, nulls: null }, BARE, '')
  const { nulls } = vector
  return {
    code(bind) {
      const whole = `{const q=p;${value.code(bind)}${bind(lengths)}[i]=p-q;}`
      return nulls ? `if(${bind(nulls)}[i]!==1)${whole}` : whole
    },
    write(memory, view, p, i) {
      if (nulls?.[i] === 1) return p
      const end = value.write(memory, view, p, i)
      lengths[i] = end - p
      return end
    },
    bound: (n) => value.bound(n) + OVERRUN_BYTES,
    widest: (n) => value.widest(n) + OVERRUN_BYTES,
  }
}

/** A loop over a vector of at most 4,096 entries a batch. */
export function createTextLoop(vector: Vector): TextLoop {
  const lengths = new Int32Array(LARGEST_BATCH)
  const cell = measured(vector, lengths)
  return { lengths, bound: (n) => cell.bound(n), loop: () => createLoop([cell]) }
}
