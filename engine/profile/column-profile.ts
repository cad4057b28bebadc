// The profile of one column from what was counted in all rows and from the rows of the sample.

import type { Column } from '#engine/table/table.ts'
import type { ColumnCounts } from './column-counter.ts'
import { sampleTexts, textsOf } from './column-texts.ts'
import { ruleForShare } from './generated-rule.ts'
import { inferRegex, ROWS_TO_SHOW } from './inferred-regex.ts'
import { profileNumbers } from './number-profile.ts'
import { personalClass } from './personal.ts'
import type { ColumnProfile, TextProfile, TopValue } from './profile.ts'
import { isProse } from './prose.ts'
import { sharedPrefix } from './shared-prefix.ts'
import { maskOf } from './text-shape.ts'

const TOP_VALUES = 1000
const PATTERNS = 10
const TEXTS = 2000

/** `share` is that of the rows which are in the sample. */
export function profileColumn(column: Column, counts: ColumnCounts, share: number): ColumnProfile {
  const { field } = column
  const { name, type, semantic, decimals, layout, zone } = field
  const pii = personalClass(column)
  const distinct = counts.distinct.distinct()
  const unique = distinct.count > 1 && counts.distinct.unique()
  const counting = field.type === 'integer' && unique && counts.rows >= ROWS_TO_SHOW
  const shown = pii === null && column.kind !== 'text' && !counting
  const tops = shown ? topValues(column, counts, share) : null
  const learnable = shown && (column.kind === 'number' || isCovered(tops ?? [], counts))
  const personal = pii === null ? column : { ...column, field: { ...field, semantic: pii.class } }
  const { nulls, sorted } = counts
  return {
    ...{ name, type, semantic, decimals, layout, zone },
    nulls,
    distinct,
    constant: distinct.count === 1,
    unique,
    sorted,
    numbers: shown && column.kind === 'number' ? numbersOf(column.values, column, counts) : null,
    texts: column.kind === 'number' ? null : profileTexts(column, counts, pii !== null),
    top_values: tops,
    pii,
    rule: learnable ? null : ruleForShare(personal, share),
  }
}

/** Of categories' rows those whose value may be shown; below, a rule says more. */
const LEAST_COVERED = 0.5

function isCovered(tops: readonly TopValue[], { values, rows }: ColumnCounts): boolean {
  const covered = tops.reduce((sum, top) => sum + top.rows, 0)
  return values !== null && values.size <= 1 ? true : covered >= LEAST_COVERED * rows
}

function numbersOf(
  values: Float64Array,
  { field }: Column,
  counts: ColumnCounts,
): ColumnProfile['numbers'] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  return sorted.length === 0 ? null : profileNumbers(field, counts, sorted)
}

function profileTexts(
  column: Exclude<Column, { kind: 'number' }>,
  { min, max, mean }: ColumnCounts,
  personal: boolean,
): TextProfile {
  const texts = sampleTexts(column, TEXTS)
  const masks = new Map<string, number>()
  for (const text of texts) {
    const mask = maskOf(text)
    masks.set(mask, (masks.get(mask) ?? 0) + 1)
  }
  const prefix = personal || column.kind === 'category' ? '' : sharedPrefix(textsOf(column))
  const patterns = [...masks]
    .filter(([, rows]) => rows >= ROWS_TO_SHOW)
    .sort((a, b) => b[1] - a[1])
    .slice(0, PATTERNS)
    .map(([pattern, rows]) => ({ pattern, share: rows / texts.length }))
  return {
    shortest: min,
    longest: max,
    mean_length: mean,
    empty: texts.filter((text) => text === '').length / Math.max(1, texts.length),
    patterns,
    regex: column.kind === 'category' || isProse(texts) ? null : inferRegex(texts, prefix),
  }
}

/** Counted in all rows, or estimated from the sample where there are too many different values. */
function topValues(column: Column, { values }: ColumnCounts, share: number): TopValue[] {
  const counts = values ?? countSample(column)
  const scale = values === null ? 1 / share : 1
  return [...counts]
    .filter(([, rows]) => rows >= ROWS_TO_SHOW)
    .sort(([a, rows], [b, others]) => others - rows || (a < b ? -1 : 1))
    .slice(0, TOP_VALUES)
    .map(([value, rows]) => ({ value, rows: Math.round(rows * scale) }))
}

function countSample(column: Column): Map<string | number, number> {
  const counts = new Map<string | number, number>()
  const add = (value: string | number): void => {
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  if (column.kind === 'number') {
    for (const value of column.values) if (!Number.isNaN(value)) add(value)
  } else for (const text of textsOf(column)) add(text)
  return counts
}
