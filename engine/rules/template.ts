// template: literal text with columns and rules in its slots; a null slot is empty.

import type { Rows } from '#engine/rows.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { textAt } from './read.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece, Vector } from './vector.ts'

type Slot = { text: string } | { vector: Vector; fill: (rows: Rows) => void }

function slotOf(part: RuleOf<'template'>['parts'][number], context: RuleContext): Slot {
  if (typeof part === 'string') return { text: part }
  if ('column' in part) return { vector: context.vector(part.column), fill: () => undefined }
  return context.nested(part.rule)
}

/** A vector as pieces of text; null where it has to be spelled out row by row. */
export function piecesOf(vector: Vector): readonly Piece[] | null {
  if (vector.nulls) return null
  if (vector.kind === 'pieces') return vector.pieces
  if (vector.kind === 'code') {
    return [{ kind: 'code', dictionary: vector.dictionary, codes: vector.codes }]
  }
  if (vector.kind === 'number' && vector.type === 'int') {
    return [{ kind: 'integer', values: vector.values, pad: 0 }]
  }
  if (vector.kind === 'uuid') return [{ kind: 'uuid', words: vector.words }]
  if (vector.kind !== 'number' || vector.type === 'duration') return null
  return vector.shown ? piecesOf(vector.shown) : [{ kind: 'number', vector }]
}

export function compileTemplate(rule: RuleOf<'template'>, context: RuleContext): Kernel {
  const slots = rule.parts.map((part) => slotOf(part, context))
  const fill = (rows: Rows) => {
    for (const slot of slots) if ('fill' in slot) slot.fill(rows)
  }
  const pieces = slots.map((slot) =>
    'text' in slot ? [{ kind: 'literal', text: slot.text } as const] : piecesOf(slot.vector),
  )
  if (pieces.every((list) => list !== null)) {
    return { vector: { kind: 'pieces', pieces: pieces.flat(), nulls: null }, fill }
  }
  const read = (i: number) =>
    slots.map((slot) => ('text' in slot ? slot.text : textAt(slot.vector, i))).join('')
  return textKernel(context.capacity, fill, read)
}
