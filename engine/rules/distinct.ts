// The lists that locales keep, each text once: the same list has the same answer, so that what writers make of it is kept.

import { oncePer } from '#engine/kept.ts'

/** The texts in the order in which they first come. */
export const distinctTexts = oncePer((list: readonly string[]): readonly string[] => [
  ...new Set(list),
])
