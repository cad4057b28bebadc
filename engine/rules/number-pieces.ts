// Numbers in a layout as pieces, which are never spelled out before they are written: whole numbers and decimals in layouts
// whose digits after the point are always there.

import { divideRounded, pow10 } from '#engine/math/decimal.ts'
import type { NumberLayout } from './number-layout.ts'
import type { NumberVector, Piece, PiecesVector } from './vector.ts'

/** Groups of three digits that a whole number within 2^53 has at most. */
const GROUPS = 6
const GROUP = 1000

const SIGNS = ['', '-'] as const

/** Nothing; a group that is the first, with at least `least` digits; one behind others. */
function groupTexts(least: number, sign: string): string[] {
  const groups = Array.from({ length: GROUP }, (_, k) => String(k))
  const first = groups.map((text) => text.padStart(least, '0'))
  return ['', ...first, ...groups.map((text) => `${sign}${text.padStart(3, '0')}`)]
}

/** Codes of the groups of the first n numbers, the last group first. */
function fillGroups(groups: readonly Int32Array[], whole: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let rest = whole[i] as number
    let begun = 1
    for (const codes of groups) {
      const above = Math.floor(rest / GROUP)
      const isFirst = Number(above === 0) | 0
      codes[i] = begun * (rest - above * GROUP + 1 + GROUP * (1 - isFirst))
      begun &= 1 - isFirst
      rest = above
    }
  }
}

function wholePieces({ grouped, whole: least, point }: NumberLayout, whole: Float64Array) {
  if (!grouped) {
    const pieces: Piece[] = [{ kind: 'integer', values: whole, pad: least }]
    return { pieces, fill: () => undefined }
  }
  const groups = Array.from({ length: GROUPS }, () => new Int32Array(whole.length))
  const sign = point === '.' ? ',' : '.'
  const [last, others] = [groupTexts(least, sign), groupTexts(1, sign)]
  const pieces = groups.map((codes, group): Piece => {
    return { kind: 'code', dictionary: group === 0 ? last : others, codes }
  })
  return { pieces: pieces.toReversed(), fill: (n: number) => fillGroups(groups, whole, n) }
}

const hasText = (piece: Piece): boolean => piece.kind !== 'literal' || piece.text !== ''

/** As `numberLayoutText`, of the first n entries after each `fill(n)`; null where a layout or a vector is not for pieces. */
export function numberPieces(
  layout: NumberLayout,
  { type, scale, values }: NumberVector,
  capacity: number,
): { vector: PiecesVector; fill: (n: number) => void } | null {
  const { before, after, most } = layout
  const isExact = type === 'int' || type === 'decimal'
  const isLong = layout.whole < 1 || (layout.grouped && layout.whole > 3)
  if (!isExact || isLong || layout.percent || layout.least < most) return null
  const own = type === 'decimal' ? scale : 0
  const kept = Math.min(own, most)
  const [drop, unit, lift] = [pow10(own - kept), pow10(kept), pow10(most - kept)]
  const signs = new Int32Array(capacity)
  const [whole, rest] = [new Float64Array(capacity), new Float64Array(capacity)]
  const front = wholePieces(layout, whole)
  const decimals: Piece[] = [
    { kind: 'literal', text: layout.point },
    { kind: 'integer', values: rest, pad: most },
  ]
  const pieces: Piece[] = [
    { kind: 'code', dictionary: SIGNS, codes: signs },
    { kind: 'literal', text: before },
    ...front.pieces,
    ...(most > 0 ? decimals : []),
    { kind: 'literal', text: after },
  ]
  return {
    vector: { kind: 'pieces', pieces: pieces.filter(hasText), nulls: null },
    fill(n) {
      for (let i = 0; i < n; i++) {
        const value = values[i] as number
        const units = drop === 1 ? value : divideRounded(value, drop)
        const size = Math.abs(units)
        const above = Math.floor(size / unit)
        signs[i] = Number(units < 0) | 0
        whole[i] = above
        rest[i] = (size - above * unit) * lift
      }
      front.fill(n)
    },
  }
}
