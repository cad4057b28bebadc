// What the forms of a column look up as they are drawn: the texts of each piece, shared by forms that have the same
// there, and what each text adds to the sums that check digits are made of.

import { type Layout, longest, type Place } from './forms.ts'

/**
 * What a text adds to a sum over its value, as check digits need one, when `behind` characters of its form follow it;
 * `form` is the number of its form. Whole, and small enough for all to stay within 31 bits.
 */
export type Sum = (text: string, behind: number, form: number) => number

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

export type Tables = {
  dictionaries: string[][]
  /** By form and piece: where the texts begin, how many there are, where their sums begin. */
  offsets: Int32Array
  counts: Int32Array
  sumOffsets: Int32Array
  sums: Int32Array[]
}

/** The tables of a layout. */
export function tablesOf({ forms, sizes }: Layout, adds: readonly Sum[]): Tables {
  const pieces = sizes.length
  const dictionaries = sizes.map(createDictionary)
  const [offsets, counts, sumOffsets] = [0, 1, 2].map(
    () => new Int32Array(forms.length * pieces),
  ) as [Int32Array, Int32Array, Int32Array]
  const sums = adds.map((): number[] => [])
  const known = new Map<string, number>()
  forms.forEach((form, f) => {
    let behind = form.reduce((length, place) => length + longest(place), 0)
    dictionaries.forEach((dictionary, k) => {
      const place = form[k] ?? ['']
      const cell = f * pieces + k
      offsets[cell] = dictionary.offsetOf(place)
      counts[cell] = place.length
      if (adds.length === 0) return
      behind -= longest(place)
      const key = `${k} ${offsets[cell]} ${behind} ${f}`
      const at = known.get(key) ?? sums[0]?.length ?? 0
      if (!known.has(key)) {
        adds.forEach((add, which) => {
          for (const text of place) sums[which]?.push(add(text, behind, f))
        })
      }
      known.set(key, at)
      sumOffsets[cell] = at
    })
  })
  const texts = dictionaries.map((dictionary) => dictionary.texts)
  return {
    dictionaries: texts,
    offsets,
    counts,
    sumOffsets,
    sums: sums.map((list) => Int32Array.from(list)),
  }
}
