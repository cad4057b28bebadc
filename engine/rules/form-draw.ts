// Draws values of given forms: as likely as their weights say, or without repeats in a unique column.

import type { Rule } from '#engine/config/types.ts'
import { unitOf } from '#engine/random/uniform.ts'
import { createWordSearch } from '#engine/random/word-search.ts'
import type { Rows } from '#engine/rows.ts'
import { type FormsOptions, type Tables, tablesOfRule } from './form-tables.ts'
import { uniqueDraw } from './index-draw.ts'
import type { RuleContext } from './kernel.ts'
import type { Piece } from './vector.ts'

const WORD = 4_294_967_296

export type Forms = {
  /** One code piece for each place, in order. */
  readonly pieces: Extract<Piece, { kind: 'code' }>[]
  /** The number of the form of each entry. */
  readonly form: Uint8Array
  /** The sums of each entry, as many as were asked for. */
  readonly sums: readonly Int32Array[]
  readonly fill: (rows: Rows) => void
}

/** Fills the form of each row and the number that its first places are read from. */
type DrawFirst = (form: Uint8Array, numbers: Float64Array, rows: Rows) => void

/** Stretches of the numbers of a unique column, each with the form where the search for it begins. */
const STRETCHES = 1024

function uniqueFirst(context: RuleContext, capacities: readonly number[]): DrawFirst {
  const starts = new Float64Array(capacities.length + 1)
  for (let f = 0; f < capacities.length; f++) {
    starts[f + 1] = (starts[f] as number) + (capacities[f] as number)
  }
  const total = starts[capacities.length] as number
  const permute = uniqueDraw(context, total)
  const scale = STRETCHES / total
  const begins = new Int32Array(STRETCHES + 1)
  for (let k = 0, f = 0; k <= STRETCHES; k++) {
    while (f < capacities.length - 1 && (starts[f + 1] as number) <= k / scale) f++
    begins[k] = f
  }
  return (form, numbers, rows) => {
    permute(numbers, rows)
    for (let i = 0; i < rows.n; i++) {
      const number = numbers[i] as number
      let f = begins[Math.floor(number * scale)] as number
      // Rounding may have led one stretch too far.
      while (number < (starts[f] as number)) f--
      while (number >= (starts[f + 1] as number)) f++
      form[i] = f
      numbers[i] = number - (starts[f] as number)
    }
  }
}

/** Thresholds of 32-bit words: form f is drawn below threshold f. */
function thresholdsOf(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return Float64Array.from(weights, (weight) => {
    sum += weight
    return Math.round((sum / total) * WORD)
  })
}

function weightedFirst(
  { random, stream }: RuleContext,
  capacities: readonly number[],
  weights: readonly number[],
): DrawFirst {
  const search = createWordSearch(thresholdsOf(weights).subarray(0, -1))
  return (form, numbers, rows) => {
    const [high, low, choice] = random.words(rows, stream, 0)
    search(form, choice, rows.n)
    for (let i = 0; i < rows.n; i++) {
      const unit = unitOf(high[i] as number, low[i] as number)
      numbers[i] = Math.floor(unit * (capacities[form[i] as number] as number))
    }
  }
}

type CodePiece = Forms['pieces'][number]

const NO_SUM = new Int32Array(0)

/** Both sums in one number, the second in its upper half; null where they do not fit. */
function packedSums({ sums, dictionaries }: Tables): Int32Array | null {
  const [first, second] = sums
  if (first === undefined || second === undefined) return null
  const fits = (values: Int32Array, limit: number): boolean =>
    values.every((value) => value >= 0 && value * dictionaries.length < limit)
  if (!fits(first, 2 ** 16) || !fits(second, 2 ** 15)) return null
  return first.map((value, at) => value + (second[at] as number) * 2 ** 16)
}

/** As `readPiece`, with both sums added at once. */
function readPacked(
  k: number,
  n: number,
  { offsets, counts, sumOffsets }: Tables,
  { pieces, form }: Pick<Forms, 'pieces' | 'form'>,
  numbers: Float64Array,
  { table, packed }: { table: Int32Array; packed: Int32Array },
): void {
  const { codes } = pieces[k] as CodePiece
  const stride = pieces.length
  for (let i = 0; i < n; i++) {
    const cell = (form[i] as number) * stride + k
    const number = numbers[i] as number
    const count = counts[cell] as number
    const rest = Math.floor(number / count)
    const local = number - rest * count
    numbers[i] = rest
    codes[i] = (offsets[cell] as number) + local
    packed[i] = (packed[i] as number) + (table[(sumOffsets[cell] as number) + local] as number)
  }
}

/** Reads the code of piece k of each entry off its number, and adds what it adds to up to two sums. */
function readPiece(
  k: number,
  n: number,
  tables: Tables,
  { pieces, form, sums }: Pick<Forms, 'pieces' | 'form' | 'sums'>,
  numbers: Float64Array,
): void {
  const { codes } = pieces[k] as CodePiece
  const { offsets, counts, sumOffsets } = tables
  const stride = pieces.length
  const [first = NO_SUM, second = NO_SUM] = sums
  const [firstTable = NO_SUM, secondTable = NO_SUM] = tables.sums
  const summed = sums.length > 0
  for (let i = 0; i < n; i++) {
    const cell = (form[i] as number) * stride + k
    const number = numbers[i] as number
    const count = counts[cell] as number
    const rest = Math.floor(number / count)
    const local = number - rest * count
    numbers[i] = rest
    codes[i] = (offsets[cell] as number) + local
    if (!summed) continue
    const at = (sumOffsets[cell] as number) + local
    first[i] = (first[i] as number) + (firstTable[at] as number)
    if (second !== NO_SUM) second[i] = (second[i] as number) + (secondTable[at] as number)
  }
}

/** The same where there is one form. */
function readOnly(
  k: number,
  n: number,
  tables: Tables,
  { pieces, sums }: Pick<Forms, 'pieces' | 'sums'>,
  numbers: Float64Array,
): void {
  const { codes } = pieces[k] as CodePiece
  const count = tables.counts[k] as number
  const first = tables.sumOffsets[k] as number
  for (let i = 0; i < n; i++) {
    const number = numbers[i] as number
    const rest = Math.floor(number / count)
    numbers[i] = rest
    codes[i] = number - rest * count
  }
  for (let which = 0; which < sums.length; which++) {
    const sum = sums[which] as Int32Array
    const table = tables.sums[which] as Int32Array
    for (let i = 0; i < n; i++) {
      sum[i] = (sum[i] as number) + (table[first + (codes[i] as number)] as number)
    }
  }
}

/** Fills numbers below the size of a group of places, of each entry's form. */
type DrawFurther = (g: number, rows: Rows) => void

function furtherDraw(
  { random, stream }: RuleContext,
  sizes: readonly Float64Array[],
  form: Uint8Array,
  numbers: Float64Array,
): DrawFurther {
  return (g, rows) => {
    const [high, low] = random.words(rows, stream, g)
    const most = sizes[g] as Float64Array
    for (let i = 0; i < rows.n; i++) {
      const unit = unitOf(high[i] as number, low[i] as number)
      numbers[i] = Math.floor(unit * (most[form[i] as number] as number))
    }
  }
}

/**
 * Draws values of the forms that `formsOf` makes of a rule, which depend on nothing but the rule and on whether the
 * column is unique; then they must share no text. At most 255 forms; AppError `unsupported` beyond.
 */
export function createForms(
  rule: Rule,
  context: RuleContext,
  formsOf: (unique: boolean) => FormsOptions,
): Forms {
  const made = tablesOfRule(rule, context.unique, formsOf)
  const { layout, tables, weights, capacities, groupSizes } = made
  const { groups } = layout
  const { capacity } = context
  const first = context.unique
    ? uniqueFirst(context, capacities)
    : weightedFirst(context, capacities, weights)
  const form = new Uint8Array(capacity)
  const numbers = new Float64Array(capacity)
  const sums = tables.sums.map(() => new Int32Array(capacity))
  const pieces = tables.dictionaries.map((dictionary): CodePiece => {
    return { kind: 'code', dictionary, codes: new Int32Array(capacity) }
  })
  const drawFurther = furtherDraw(context, groupSizes, form, numbers)
  const read = readerOf({ pieces, form, sums }, layout.forms.length, tables, numbers)
  return {
    pieces,
    form,
    sums,
    fill(rows) {
      first(form, numbers, rows)
      read.begin()
      groups.forEach((group, g) => {
        if (g > 0) drawFurther(g, rows)
        for (const k of group) read.piece(k, rows.n)
      })
      read.end(rows.n)
    },
  }
}

/** Reads pieces one after the other, in the way that suits the number of forms and the sums. */
function readerOf(
  forms: Pick<Forms, 'pieces' | 'form' | 'sums'>,
  count: number,
  tables: Tables,
  numbers: Float64Array,
) {
  const { sums } = forms
  const table = count === 1 ? null : packedSums(tables)
  if (table === null) {
    const read = count === 1 ? readOnly : readPiece
    return {
      begin() {
        for (const sum of sums) sum.fill(0)
      },
      piece: (k: number, n: number) => read(k, n, tables, forms, numbers),
      end: () => undefined,
    }
  }
  const packed = new Int32Array(numbers.length)
  const [first, second] = sums as [Int32Array, Int32Array]
  return {
    begin: () => packed.fill(0),
    piece: (k: number, n: number) => readPacked(k, n, tables, forms, numbers, { table, packed }),
    end(n: number) {
      for (let i = 0; i < n; i++) {
        first[i] = (packed[i] as number) & 0xffff
        second[i] = (packed[i] as number) >>> 16
      }
    },
  }
}
