// From what was seen of a column to what it is: its field, with type and meaning.

import { isTemporal, PERSONAL } from '#engine/table/table.ts'
import type { ColumnEvidence } from './column-inference.ts'
import { type Typed, typeOf } from './column-type.ts'
import type { IngestField } from './field.ts'
import { type Meaning, semanticOf } from './semantics.ts'

export type InferredColumn = {
  field: IngestField
  /** Of the semantic, in (0, 1]; 0 where there is none. */
  confidence: number
  nulls: number
  /** Exact up to some thousands, within 2 % beyond. */
  distinct: number
  /** First values as they stand; of columns that must not be shown too. */
  examples: readonly string[]
  warnings: readonly string[]
}

const SHORTEST_PHONE = 6

/** `commas`: whether the file writes decimals behind a comma, for columns that do not say. */
export function decideField(
  evidence: ColumnEvidence,
  { commas = false }: { commas?: boolean } = {},
): InferredColumn {
  const { name, words, seen } = evidence
  const found = evidence.values === 0 ? null : plausible(semanticOf(name, seen), evidence)
  const typed = typeOf(evidence, found?.semantic ?? null, commas)
  const meaning = fits(found, typed) ? found : null
  const isTyped = typed.type !== 'text' && typed.type !== 'category' && typed.type !== 'id'
  const nullWords = [...words]
    .filter(
      ([word, { kind }]) =>
        isTyped || (kind === 'null' && !(word === 'NA' && isCodeList(evidence))),
    )
    .map(([word]) => word)
  const wordNulls = nullWords.reduce((sum, word) => sum + (words.get(word)?.times ?? 0), 0)
  const infinite = infinites(evidence, nullWords)
  const warnings = [
    ...(typed.warning === undefined ? [] : [`column ${name}: ${typed.warning}`]),
    ...(infinite > 0 && isTyped
      ? [`column ${name}: ${infinite} infinite values are read as null`]
      : []),
  ]
  const { decimals, layout, type, numbers, zone } = typed
  return {
    field: {
      ...{ name, type, semantic: meaning?.semantic ?? null, decimals, layout, zone },
      ...{ numbers, nullWords },
    },
    confidence: meaning?.confidence ?? 0,
    nulls: evidence.nulls + wordNulls,
    distinct: evidence.distinct.count() + words.size - nullWords.length,
    examples: evidence.examples,
    warnings,
  }
}

/** Short numbers are nobody's telephone, whatever the column's name. */
function plausible(meaning: Meaning | null, { meanLength }: ColumnEvidence): Meaning | null {
  return meaning?.semantic === 'phone' && meanLength < SHORTEST_PHONE ? null : meaning
}

function infinites({ infinite, words }: ColumnEvidence, nullWords: readonly string[]): number {
  const written = nullWords.filter((word) => words.get(word)?.kind === 'infinite')
  return written.reduce((sum, word) => sum + (words.get(word)?.times ?? 0), infinite)
}

/** Two capitals each, as in countries: there NA is Namibia. */
function isCodeList({ distinct }: ColumnEvidence): boolean {
  const values = distinct.counts()
  return (
    values !== null &&
    values.size > 3 &&
    [...values.keys()].every((text) => /^[A-Z]{2}$/.test(text))
  )
}

/** Whether values of the type can mean that. */
function fits(meaning: Meaning | null, { type }: Typed): boolean {
  if (meaning === null) return false
  if (type === 'boolean') return meaning.semantic === 'gender'
  if (isTemporal(type)) return false
  return !(type === 'id' && PERSONAL.has(meaning.semantic) && meaning.semantic.endsWith('_name'))
}
