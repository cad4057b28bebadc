// object: JSON text put together from the values of rules inside. It stays in pieces where all of those do; anything else
// is spelled out row by row.

import type { Rows } from '#engine/rows.ts'
import { jsonPieces, jsonReader, partKernel } from './json-part.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece } from './vector.ts'

export function compileObject(rule: RuleOf<'object'>, context: RuleContext): Kernel {
  const kernels = rule.fields.map((field) => partKernel(field, context))
  const names = rule.fields.map(({ name }, k) => `${k === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const end = rule.fields.length === 0 ? '{}' : '}'
  const parts = kernels.map((kernel) => jsonPieces(kernel, context.capacity))
  if (parts.every((part) => part !== null)) {
    const pieces = parts.flatMap((part, k): Piece[] => [
      { kind: 'literal', text: names[k] as string },
      ...part.pieces,
    ])
    const fill = (rows: Rows): void => {
      for (const part of parts) part.fill(rows)
    }
    const closed: Piece[] = [...pieces, { kind: 'literal', text: end }]
    return { vector: { kind: 'pieces', pieces: closed, nulls: null, json: true }, fill }
  }
  const fill = (rows: Rows): void => {
    for (const kernel of kernels) kernel.fill(rows)
  }
  const readers = kernels.map(({ vector }) => jsonReader(vector))
  const read = (i: number): string => {
    let text = ''
    for (let k = 0; k < readers.length; k++) {
      text += names[k] as string
      text += (readers[k] as (i: number) => string)(i)
    }
    return text + end
  }
  const kernel = textKernel(context.capacity, fill, read)
  return { ...kernel, vector: { ...kernel.vector, json: true } }
}
