// Numbers of a column from their texts.

import { parseNumberLayout } from '#engine/rules/number-layout.ts'
import { hundredth, withoutAffixes } from './number-affixes.ts'
import { type NumberStyle, plainNumber } from './number-text.ts'

/** Reads numbers of a style within a layout (null: nothing around them); NaN for what is none. */
export function createNumberReader(
  style: NumberStyle,
  layout: string | null,
): (text: string) => number {
  const around = layout === null ? null : parseNumberLayout(layout)
  return (text) => {
    const bare = around === null ? text : withoutAffixes(text, around)
    const plain = bare === null ? null : plainNumber(bare, style)
    const value = plain === null ? Number.NaN : Number(plain)
    return around?.percent === true ? hundredth(value) : value
  }
}
