// What the forms of a column look up as they are drawn: the texts of each piece, shared by forms that have the same
// there, and what each text adds to the sums that check digits are made of.

import type { Rule } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { createKept } from '#engine/kept.ts'
import {
  distinctOf,
  type Form,
  groupSize,
  type Layout,
  layoutOf,
  longest,
  type Place,
} from './forms.ts'

/**
 * What a text adds to a sum over its value, as check digits need one, when `behind` characters of its form follow it;
 * `form` is the number of its form. Whole, and small enough for all to stay within 31 bits.
 */
export type Sum = (text: string, behind: number, form: number) => number

/** Texts of one piece, shared by forms that have the same there. */
function createDictionary() {
  const texts: string[] = []
  const known = new Map<string, number>()
  const offsets = new Map<Place, number>()
  const add = (place: Place): number => {
    const key = place.join('\n')
    const offset = known.get(key) ?? texts.length
    if (offset === texts.length) {
      known.set(key, offset)
      texts.push(...place)
    }
    return offset
  }
  return {
    /** Where the texts of a place begin. */
    offsetOf(place: Place): number {
      const offset = offsets.get(place) ?? add(place)
      offsets.set(place, offset)
      return offset
    },
    /** A place alone is its own list: what writers make of it, they have made for others. */
    texts(): Place {
      const [only = texts] = offsets.keys()
      return offsets.size === 1 ? only : texts
    },
  }
}

export type Tables = {
  dictionaries: Place[]
  /** By form and piece: where the texts begin, how many there are, where their sums begin. */
  offsets: Int32Array
  counts: Int32Array
  sumOffsets: Int32Array
  sums: Int32Array[]
}

function tablesOf({ forms, sizes }: Layout, adds: readonly Sum[]): Tables {
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
  const texts = dictionaries.map((dictionary) => dictionary.texts())
  return {
    dictionaries: texts,
    offsets,
    counts,
    sumOffsets,
    sums: sums.map((list) => Int32Array.from(list)),
  }
}

/** Forms with their weights, alike by default, and up to two sums. */
export type FormsOptions = {
  forms: readonly Form[]
  weights?: readonly number[]
  sums?: readonly Sum[]
}

/** All that drawing forms takes and that is not of one column. */
export type FormTables = {
  layout: Layout
  tables: Tables
  weights: readonly number[]
  /** Values of each form that its first group of places tells apart. */
  capacities: readonly number[]
  /** By group: combinations of its texts in each form. */
  groupSizes: readonly Float64Array[]
}

/** Rules whose forms are kept. */
const RULES_KEPT = 32
const FORMS_MAX = 255

const keep = createKept<FormTables>(RULES_KEPT)

function formTables({ forms, weights = forms.map(() => 1), sums = [] }: FormsOptions): FormTables {
  if (forms.length > FORMS_MAX) {
    throw new AppError('unsupported', `${forms.length} forms of one value`)
  }
  const layout = layoutOf(forms)
  const groupSizes = layout.groups.map((group) =>
    Float64Array.from(layout.forms, (places) => groupSize(places, group)),
  )
  const capacities = distinctOf(layout)
  return { layout, tables: tablesOf(layout, sums), weights, capacities, groupSizes }
}

/**
 * What the forms of a rule are drawn by, kept for the next column with the same rule. AppError `unsupported` for more
 * than 255 forms.
 */
export function tablesOfRule(
  rule: Rule,
  unique: boolean,
  make: (unique: boolean) => FormsOptions,
): FormTables {
  return keep(JSON.stringify([rule, unique]), () => formTables(make(unique)))
}
