// Made-up strings of given forms: a form is a row of places, each with equally likely texts. Neighbouring places are
// put together into lists that a writer copies as one, and all forms of a column share its pieces.

import { oncePer } from '#engine/kept.ts'

/** Equally likely texts, ASCII, all different; one alone is fixed text. */
export type Place = readonly string[]

/** What one value is made of, in order. */
export type Form = readonly Place[]

/** Texts of one piece: its list stays in the fastest cache. */
const PLACE_MAX = 1024
/** Bytes that a writer copies at once. */
const PLACE_BYTES = 8

/** The ten digits. */
export const DIGITS: Place = Array.from('0123456789')
/** A to Z. */
export const CAPITALS: Place = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')

/** The same place several times. */
export function times(place: Place, count: number): Place[] {
  return Array.from({ length: count }, () => place)
}

/** Characters of the longest text. */
export function longest(place: Place): number {
  let most = 0
  for (const text of place) most = Math.max(most, text.length)
  return most
}

/** The texts of two places, one behind the other; the same places make the same one. */
const joinedPlace = oncePer((heads: Place) =>
  oncePer((tails: Place): Place => heads.flatMap((head) => tails.map((tail) => head + tail))),
)

/** Neighbours joined as long as one list can hold all their texts. */
function joinPlaces(form: Form): Place[] {
  const joined: Place[] = []
  for (const place of form) {
    const last = joined.at(-1)
    const fits =
      last !== undefined &&
      last.length * place.length <= PLACE_MAX &&
      longest(last) + longest(place) <= PLACE_BYTES
    if (fits) joined[joined.length - 1] = joinedPlace(last)(place)
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

export type Layout = {
  readonly forms: readonly Place[][]
  /** For each piece the most texts that a form has there. */
  readonly sizes: number[]
  readonly groups: number[][]
}

/** The pieces that forms share. */
export function layoutOf(forms: readonly Form[]): Layout {
  const joined = forms.map(joinPlaces)
  const pieces = joined.reduce((most, form) => Math.max(most, form.length), 1)
  const sizes = Array.from({ length: pieces }, (_, k) =>
    joined.reduce((most, form) => Math.max(most, form[k]?.length ?? 1), 1),
  )
  return { forms: joined, sizes, groups: groupsOf(sizes, forms.length) }
}

/** Combinations of the texts of some places. */
export const groupSize = (form: readonly Place[], group: readonly number[]): number =>
  group.reduce((product, k) => product * (form[k]?.length ?? 1), 1)

/** Values of each form that are told apart when values may not repeat. */
export function distinctOf({ forms, groups }: Layout): number[] {
  return forms.map((form) => groupSize(form, groups[0] ?? []))
}

/** How many different values a unique column of these forms can have. */
export function formsCapacity(forms: readonly Form[]): number {
  return distinctOf(layoutOf(forms)).reduce((sum, count) => sum + count, 0)
}
