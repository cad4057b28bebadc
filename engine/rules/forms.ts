// Made-up strings of given forms: a form is a row of places, each with equally likely texts. Neighbouring places are
// put together into lists that a writer copies as one, and all forms of a column share its pieces.

import { AppError } from '#engine/errors.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import { fillPermuted, uniqueDraw } from './index-draw.ts'
import type { RuleContext } from './kernel.ts'
import type { Piece } from './vector.ts'

/** Equally likely texts, ASCII, all different; one alone is fixed text. */
export type Place = readonly string[]

/** What one value is made of, in order. */
export type Form = readonly Place[]

/** Texts of one piece: its list stays in the fastest cache. */
const PLACE_MAX = 1024
/** Bytes that a writer copies at once. */
const PLACE_BYTES = 8
const WORD = 4_294_967_296

/** The ten digits. */
export const DIGITS: Place = Array.from('0123456789')
/** A to Z. */
export const CAPITALS: Place = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')

/** The same place several times. */
export function times(place: Place, count: number): Place[] {
  return Array.from({ length: count }, () => place)
}

const longest = (place: Place): number =>
  place.reduce((most, text) => Math.max(most, text.length), 0)

/** Neighbours joined as long as one list can hold all their texts. */
export function joinPlaces(form: Form): Place[] {
  const joined: Place[] = []
  for (const place of form) {
    const last = joined.at(-1)
    const fits =
      last !== undefined &&
      last.length * place.length <= PLACE_MAX &&
      longest(last) + longest(place) <= PLACE_BYTES
    if (fits) joined[joined.length - 1] = last.flatMap((head) => place.map((tail) => head + tail))
    else joined.push(place)
  }
  return joined
}

/** Where each place of a joined form is drawn: consecutive places that one number below 2^53 / `forms` tells apart. */
function groupsOf(sizes: readonly number[], forms: number): number[][] {
  const most = Math.floor(Number.MAX_SAFE_INTEGER / forms)
  const groups: number[][] = []
  let product = Number.POSITIVE_INFINITY
  sizes.forEach((size, k) => {
    if (product * size > most) {
      groups.push([])
      product = 1
    }
    groups.at(-1)?.push(k)
    product *= size
  })
  return groups
}

type Layout = {
  readonly forms: readonly Place[][]
  /** For each piece the most texts that a form has there. */
  readonly sizes: number[]
  readonly groups: number[][]
}

function layoutOf(forms: readonly Form[]): Layout {
  const joined = forms.map(joinPlaces)
  const pieces = joined.reduce((most, form) => Math.max(most, form.length), 1)
  const sizes = Array.from({ length: pieces }, (_, k) =>
    joined.reduce((most, form) => Math.max(most, form[k]?.length ?? 1), 1),
  )
  return { forms: joined, sizes, groups: groupsOf(sizes, forms.length) }
}

const groupSize = (form: readonly Place[], group: readonly number[]): number =>
  group.reduce((product, k) => product * (form[k]?.length ?? 1), 1)

/** Values of each form that are told apart when values may not repeat. */
function distinctOf({ forms, groups }: Layout): number[] {
  return forms.map((form) => groupSize(form, groups[0] ?? []))
}

/** How many different values a unique column of these forms can have. */
export function formsCapacity(forms: readonly Form[]): number {
  return distinctOf(layoutOf(forms)).reduce((sum, count) => sum + count, 0)
}

/** A sum over the places of a value, as check digits need it; modulo 2^31 at most. */
export type Sum = {
  /** What a text adds when `behind` characters of its form follow it; `form` is the number of its form. */
  readonly of: (text: string, behind: number, form: number) => number
  readonly modulus: number
}

export type Forms = {
  /** One code piece for each place, in order. */
  readonly pieces: Extract<Piece, { kind: 'code' }>[]
  /** The number of the form of each entry. */
  readonly form: Uint8Array
  /** The sum of each entry, where one was asked for. */
  readonly sums: Int32Array
  readonly fill: (rows: Rows) => void
}

/** Texts of one piece, shared by forms that have the same there. */
function createDictionary() {
  const texts: string[] = []
  const known = new Map<string, number>()
  return {
    texts,
    /** Where the texts of a place begin. */
    offsetOf(place: Place): number {
      const key = place.join('\n')
      const offset = known.get(key) ?? texts.length
      if (!known.has(key)) {
        known.set(key, offset)
        texts.push(...place)
      }
      return offset
    },
  }
}

type Tables = {
  dictionaries: string[][]
  /** By form and piece: where the texts begin, how many there are, where their sums begin. */
  offsets: Int32Array
  counts: Int32Array
  sumOffsets: Int32Array
  sums: Int32Array
}

function tablesOf({ forms, sizes }: Layout, sum: Sum | null): Tables {
  const pieces = sizes.length
  const dictionaries = sizes.map(createDictionary)
  const [offsets, counts, sumOffsets] = [0, 1, 2].map(
    () => new Int32Array(forms.length * pieces),
  ) as [Int32Array, Int32Array, Int32Array]
  const sums: number[] = []
  const known = new Map<string, number>()
  forms.forEach((form, f) => {
    let behind = form.reduce((length, place) => length + longest(place), 0)
    dictionaries.forEach((dictionary, k) => {
      const place = form[k] ?? ['']
      const cell = f * pieces + k
      offsets[cell] = dictionary.offsetOf(place)
      counts[cell] = place.length
      if (sum === null) return
      behind -= longest(place)
      const key = `${k} ${offsets[cell]} ${behind} ${f}`
      const at = known.get(key) ?? sums.length
      if (!known.has(key)) for (const text of place) sums.push(sum.of(text, behind, f))
      known.set(key, at)
      sumOffsets[cell] = at
    })
  })
  const texts = dictionaries.map((dictionary) => dictionary.texts)
  return { dictionaries: texts, offsets, counts, sumOffsets, sums: Int32Array.from(sums) }
}

/** Fills the form of each row and the number that its first places are read from. */
type DrawFirst = (form: Uint8Array, numbers: Float64Array, rows: Rows) => void

function uniqueFirst(context: RuleContext, capacities: readonly number[]): DrawFirst {
  const permute = uniqueDraw(
    context,
    capacities.reduce((sum, count) => sum + count, 0),
  )
  return (form, numbers, rows) => {
    fillPermuted(numbers, rows, permute)
    for (let i = 0; i < rows.n; i++) {
      let rest = numbers[i] as number
      let f = 0
      for (; rest >= (capacities[f] as number); f++) rest -= capacities[f] as number
      form[i] = f
      numbers[i] = rest
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
  const thresholds = thresholdsOf(weights)
  return (form, numbers, rows) => {
    const [high, low, choice] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      let f = 0
      while ((choice[i] as number) >= (thresholds[f] as number)) f++
      form[i] = f
      const unit = unitOf(high[i] as number, low[i] as number)
      numbers[i] = Math.floor(unit * (capacities[f] as number))
    }
  }
}

/**
 * Draws values of several forms: as likely as their weights say, or without repeats in a unique column, whose forms
 * must share no text. At most 255 forms; AppError `unsupported` beyond.
 */
export function createForms(
  forms: readonly Form[],
  context: RuleContext,
  options: { weights?: readonly number[]; sum?: Sum } = {},
): Forms {
  if (forms.length > 255) throw new AppError('unsupported', `${forms.length} forms of one value`)
  const layout = layoutOf(forms)
  const { sizes, groups } = layout
  const tables = tablesOf(layout, options.sum ?? null)
  const { offsets, counts } = tables
  const { random, stream, capacity } = context
  const first = context.unique
    ? uniqueFirst(context, distinctOf(layout))
    : weightedFirst(context, distinctOf(layout), options.weights ?? forms.map(() => 1))
  const form = new Uint8Array(capacity)
  const numbers = new Float64Array(capacity)
  const sums = new Int32Array(options.sum ? capacity : 0)
  const pieces = tables.dictionaries.map((dictionary) => {
    return { kind: 'code', dictionary, codes: new Int32Array(capacity) } as const
  })
  const groupSizes = groups.map((group) =>
    Float64Array.from(layout.forms, (places) => groupSize(places, group)),
  )
  const drawFurther = (g: number, rows: Rows): void => {
    const [high, low] = random.words(rows, stream, g)
    const most = groupSizes[g] as Float64Array
    for (let i = 0; i < rows.n; i++) {
      const unit = unitOf(high[i] as number, low[i] as number)
      numbers[i] = Math.floor(unit * (most[form[i] as number] as number))
    }
  }
  const modulus = options.sum?.modulus ?? 0
  const read = (k: number, n: number): void => {
    const { codes } = pieces[k] as (typeof pieces)[number]
    const stride = sizes.length
    for (let i = 0; i < n; i++) {
      const cell = (form[i] as number) * stride + k
      const number = numbers[i] as number
      const count = counts[cell] as number
      const rest = Math.floor(number / count)
      const local = number - rest * count
      numbers[i] = rest
      codes[i] = (offsets[cell] as number) + local
      if (modulus > 0) {
        const at = (tables.sumOffsets[cell] as number) + local
        sums[i] = ((sums[i] as number) + (tables.sums[at] as number)) % modulus
      }
    }
  }
  return {
    pieces,
    form,
    sums,
    fill(rows) {
      first(form, numbers, rows)
      sums.fill(0)
      groups.forEach((group, g) => {
        if (g > 0) drawFurther(g, rows)
        for (const k of group) read(k, rows.n)
      })
    },
  }
}
