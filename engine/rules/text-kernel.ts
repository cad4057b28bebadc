// A kernel whose values are spelled out as strings, row by row.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import { textAt } from './read.ts'
import type { TextVector } from './vector.ts'

/** After `prepare`, entry i is `read(i)`. */
export function textKernel(
  capacity: number,
  prepare: (rows: Rows) => void,
  read: (i: number) => string,
): Kernel<TextVector> {
  const values = new Array<string>(capacity).fill('')
  return {
    vector: { kind: 'text', values, nulls: null },
    fill(rows) {
      prepare(rows)
      for (let i = 0; i < rows.n; i++) values[i] = read(i)
    },
  }
}

/** Text to text; once per word where the operand draws from a list. */
export function mapText(kernel: Kernel, capacity: number, map: (text: string) => string): Kernel {
  const { vector } = kernel
  if (vector.kind === 'code') {
    return { ...kernel, vector: { ...vector, dictionary: vector.dictionary.map(map) } }
  }
  const text = textKernel(capacity, kernel.fill, (i) => map(textAt(vector, i)))
  return { ...text, vector: { ...text.vector, nulls: vector.nulls } }
}
