// uuid: versions 4 and 7 (RFC 9562) from a row's 128 random bits.

import { createPermutation } from '#engine/random/feistel.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { UuidVector } from './vector.ts'

const WORD = 4_294_967_296
/** UUIDs of one millisecond: what the twelve bits behind the time count. */
const PER_MILLISECOND = 4096
/** Row numbers that the last 52 bits of a drawn time's UUID tell apart. */
const ROW_NUMBERS = 2 ** 52

type Rule7 = Extract<RuleOf<'uuid'>, { version: 7 }>

function emptyVector(capacity: number): UuidVector {
  const plane = () => new Int32Array(capacity)
  return { kind: 'uuid', words: [plane(), plane(), plane(), plane()], nulls: null }
}

function fillRandom({ words }: UuidVector, { random, stream }: RuleContext) {
  const [a, b, c, d] = words
  return (rows: Rows) => {
    const [w0, w1, w2, w3] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      a[i] = w0[i] as number
      b[i] = ((w1[i] as number) & 0xffff_0fff) | 0x4000
      c[i] = ((w2[i] as number) & 0x3fff_ffff) | 0x8000_0000
      d[i] = w3[i] as number
    }
  }
}

/** Row after row, 4,096 in each millisecond from `min` on: sorted, and no two alike by time and count. */
function fillSorted({ words }: UuidVector, { random, stream }: RuleContext, { min }: Rule7) {
  const [a, b, c, d] = words
  const first = min * 1000
  return (rows: Rows) => {
    const [, , w2, w3] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      const row = rows.index[i] as number
      const step = Math.floor(row / PER_MILLISECOND)
      const time = first + step
      const high = Math.floor(time / 65_536)
      a[i] = high
      b[i] = ((time - high * 65_536) << 16) | 0x7000 | (row - step * PER_MILLISECOND)
      c[i] = ((w2[i] as number) & 0x3fff_ffff) | 0x8000_0000
      d[i] = w3[i] as number
    }
  }
}

/** Milliseconds drawn from `min` to the end of second `max`; the permuted row number at the end tells rows apart. */
function fillDrawn(
  { words }: UuidVector,
  { random, stream }: RuleContext,
  { min, max }: { min: number; max: number },
) {
  const [a, b, c, d] = words
  const first = min * 1000
  const count = (max - min + 1) * 1000
  const permute = createPermutation(ROW_NUMBERS, stream)
  return (rows: Rows) => {
    const [w0, w1, w2] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      const unit = unitOf(w0[i] as number, w1[i] as number)
      const time = first + Math.floor(unit * count)
      const high = Math.floor(time / 65_536)
      const number = permute(rows.index[i] as number)
      const top = Math.floor(number / WORD)
      const noise = w2[i] as number
      a[i] = high
      b[i] = ((time - high * 65_536) << 16) | 0x7000 | (noise & 0xfff)
      c[i] = 0x8000_0000 | ((noise >>> 22) << 20) | top
      d[i] = number - top * WORD
    }
  }
}

export function compileUuid(rule: RuleOf<'uuid'>, context: RuleContext): Kernel {
  const vector = emptyVector(context.capacity)
  if (rule.version === 4) return { vector, fill: fillRandom(vector, context) }
  const { min, max } = rule
  if (max === null) return { vector, fill: fillSorted(vector, context, rule) }
  return { vector, fill: fillDrawn(vector, context, { min, max }) }
}
