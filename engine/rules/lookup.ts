// What the values of another column stand for, row by row: computed once per word where they come from a list.
import { isNull, textAt } from './read.ts'
import type { Vector } from './vector.ts'

const REMEMBERED_MAX = 4096

/** `find` of the text of entry i; `none` for null. The vector must be filled. */
export function createLookup(
  vector: Vector,
  find: (text: string) => number,
  none: number,
): (i: number) => number {
  if (vector.kind === 'code') {
    const table = Int32Array.from(vector.dictionary, find)
    const { codes } = vector
    return (i) => (isNull(vector, i) ? none : (table[codes[i] as number] as number))
  }
  const known = new Map<string, number>()
  return (i) => {
    if (isNull(vector, i)) return none
    const text = textAt(vector, i)
    const found = known.get(text) ?? find(text)
    if (known.size < REMEMBERED_MAX) known.set(text, found)
    return found
  }
}

/** The position of a text in a list, -1 where it is not there; the first of equal ones. */
export function positionIn(list: readonly string[]): (text: string) => number {
  const positions = new Map<string, number>()
  list.forEach((text, i) => {
    if (!positions.has(text)) positions.set(text, i)
  })
  return (text) => positions.get(text) ?? -1
}
