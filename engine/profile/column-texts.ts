// The values of a text or category column as text.

import type { CategoryColumn, TextColumn } from '#engine/table/table.ts'

/** Of every row that is not null, in order. */
export function* textsOf(column: TextColumn | CategoryColumn): Generator<string> {
  if (column.kind === 'text') {
    for (const value of column.values) if (value !== null) yield value
    return
  }
  for (const code of column.codes) if (code >= 0) yield column.levels[code] as string
}

/** At most `bound` of them, evenly spread over the rows. */
export function sampleTexts(column: TextColumn | CategoryColumn, bound: number): string[] {
  const values = column.kind === 'text' ? column.values : column.codes
  let present = 0
  for (const value of values) if (value !== null && value !== -1) present++
  const step = Math.max(1, present / bound)
  const sample: string[] = []
  let [at, next] = [0, 0]
  for (const text of textsOf(column)) {
    if (at++ < Math.floor(next)) continue
    sample.push(text)
    next += step
  }
  return sample
}
