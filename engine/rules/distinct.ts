// The lists that locales keep, each text once: the same list has the same answer, so that what writers make of it is kept.

const known = new WeakMap<readonly string[], readonly string[]>()

/** The texts in the order in which they first come. */
export function distinctTexts(list: readonly string[]): readonly string[] {
  const distinct = known.get(list) ?? [...new Set(list)]
  known.set(list, distinct)
  return distinct
}
