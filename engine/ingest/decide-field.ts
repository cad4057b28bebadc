// From what was seen of a column to what it is.

import { type Field, isTemporal, PERSONAL } from '#engine/table/table.ts'
import type { ColumnEvidence } from './column-inference.ts'
import type { IngestField } from './field.ts'
import { numberLayout } from './number-affixes.ts'
import type { NumberFit, Written } from './number-search.ts'
import type { NumberStyle } from './number-text.ts'
import { isCode, type Meaning, semanticOf, wordsOf } from './semantics.ts'

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

const NAMED_AS_ID =
  /(^|_)(id|ids|key|uid|nr|no|num|code|number|ref|reference|token|hash)$|^(row|record|object|case|user|customer|client|patient|member|person|employee|student|account|order|product|item|transaction|session|device|ticket|invoice|policy|claim|visit|encounter|subject)(s?id|no|nr|num|number|key)$|^(index|idx|row|serial|seq|sequence|unnamed_0)$/
const CATEGORY_LEVELS_MAX = 10_000
const CATEGORY_LENGTH_MAX = 100
/** A category's values come again: on average this often at least. */
const CATEGORY_REPEATS_MIN = 2
const DECIMALS_MAX = 15
const SHORTEST_PHONE = 6

/** `decimals`, `layout`, `zone` and `numbers` as IngestField has them. */
type Typed = Pick<Field, 'type' | 'decimals' | 'layout' | 'zone'> & {
  numbers: NumberStyle
  warning?: string
}

const plainly = (type: Field['type']): Typed => ({
  type,
  decimals: 0,
  layout: null,
  numbers: 'plain',
  zone: null,
})

/** `commas`: whether the file writes decimals behind a comma, for columns that do not say. */
export function decideField(
  evidence: ColumnEvidence,
  { commas = false }: { commas?: boolean } = {},
): InferredColumn {
  const { name, words, seen } = evidence
  const found = evidence.values === 0 ? null : plausible(semanticOf(name, seen), evidence)
  const typed = typeOf(evidence, found, commas)
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

function typeOf(evidence: ColumnEvidence, meaning: Meaning | null, commas: boolean): Typed {
  if (evidence.values === 0) return plainly(evidence.words.size > 0 ? onlyWords(evidence) : 'text')
  const semantic = meaning?.semantic ?? null
  if (evidence.isBoolean) return plainly('boolean')
  if (evidence.isFlag) return plainly('category')
  const date = evidence.layouts[0]
  // 31.12.2024 could be a number to call.
  if (isCode(semantic) && date === undefined) return worded(evidence)
  if (date !== undefined && date.layout === 'yyyyMMdd') return dated(evidence)
  const fit = fitOf(evidence, commas)
  if (fit !== undefined) return fit.written ? surrounded(fit, fit.written) : numbered(evidence, fit)
  return date === undefined ? worded(evidence) : dated(evidence)
}

/** Words that are null elsewhere are levels where nothing else stands; but for those that always are. */
function onlyWords({ words }: ColumnEvidence): 'category' | 'text' {
  return [...words.values()].some(({ kind }) => kind !== 'null') ? 'category' : 'text'
}

/** Of the styles that read a column the best; `5,787` is what the file's other numbers make of it. */
function fitOf({ numbers }: ColumnEvidence, commas: boolean): NumberFit | undefined {
  const [best] = numbers
  const comma = numbers.find(({ style }) => style === 'comma')
  const differs = best && comma && (best.style !== 'plain' || best.whole !== comma.whole)
  return commas && differs ? comma : best
}

/** Whether any column shows that decimals stand behind a comma, and none that they stand behind a point. */
export function writesCommas(columns: readonly ColumnEvidence[]): boolean {
  const shows = (isComma: boolean): boolean =>
    columns.some(({ numbers }) => {
      const styles = numbers.filter(({ whole }) => !whole).map(({ style }) => style === 'comma')
      return styles.length === numbers.length && styles.length > 0 && !styles.includes(!isComma)
    })
  return shows(true) && !shows(false)
}

/** `$1,234.50`: a number in a layout of its own. Percent are hundredths, as formats show them. */
function surrounded({ style, decimals }: NumberFit, written: Written): Typed {
  const { affixes, leastDecimals, whole, padded, grouped } = written
  const most = Math.min(decimals, DECIMALS_MAX)
  const least = padded ? most : Math.min(leastDecimals, most)
  const layout = numberLayout(affixes, { comma: style === 'comma', grouped, least, most })
  const shift = affixes.after.startsWith('%') ? 2 : 0
  const own = Math.min((whole ? 0 : most) + shift, DECIMALS_MAX)
  const type = own === 0 ? 'integer' : 'decimal'
  return { type, decimals: own, layout, numbers: style, zone: null }
}

function numbered(evidence: ColumnEvidence, { style, decimals, whole }: NumberFit): Typed {
  if (!whole)
    return { ...plainly('decimal'), decimals: Math.min(decimals, DECIMALS_MAX), numbers: style }
  const { values, distinct } = evidence
  const isUnique = distinct.count() >= 0.97 * values
  const named = NAMED_AS_ID.test(wordsOf(evidence.name))
  if (named && values > 1 && (isUnique || distinct.count() > CATEGORY_LEVELS_MAX))
    return plainly('id')
  return { ...plainly('integer'), numbers: style }
}

function dated({ layouts, zone }: ColumnEvidence): Typed {
  const [best, ...others] = layouts
  if (best === undefined) return plainly('text')
  const { type, layout, decimals, offset } = best
  const isDayFirst = (text: string | null): boolean => /^d+[-/.]M/.test(text ?? '')
  const isMonthFirst = (text: string | null): boolean => /^M+[-/.]d/.test(text ?? '')
  const isUnclear =
    (isDayFirst(layout) && others.some((other) => isMonthFirst(other.layout))) ||
    (isMonthFirst(layout) && others.some((other) => isDayFirst(other.layout)))
  const warning = `day and month cannot be told apart; read as ${layout}`
  return {
    type,
    layout,
    decimals,
    zone: offset === null && type === 'datetime' ? zone() : zoneOf(offset),
    numbers: 'plain',
    ...(isUnclear ? { warning } : {}),
  }
}

/** A fixed offset as zones are named; null for UTC, and where there is none. */
function zoneOf(offset: number | null): string | null {
  const minutes = Math.abs(offset ?? 0) / 60
  if (minutes === 0 || !Number.isInteger(minutes)) return null
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${(offset ?? 0) < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function worded(evidence: ColumnEvidence): Typed {
  const { distinct, values, meanLength, isSpaced, seen, words } = evidence
  const different = distinct.count() + words.size
  const all = evidence.cells - evidence.nulls
  const levels = distinct.counts()
  const repeats = levels !== null && different <= CATEGORY_LEVELS_MAX
  const isCategory =
    repeats && (different * CATEGORY_REPEATS_MIN <= all || (all < 20 && different < all))
  if (isCategory && meanLength <= CATEGORY_LENGTH_MAX) return plainly('category')
  const isUuid = (seen.meanings.get('uuid') ?? 0) > 0.9 * seen.asked
  const isCoded = [...evidence.examples].every(
    (text) => /\d/.test(text) && /^[\w:./#-]{1,64}$/.test(text),
  )
  const isUnique = distinct.count() >= 0.97 * values
  const isId =
    isUuid || (isUnique && !isSpaced && (isCoded || NAMED_AS_ID.test(wordsOf(evidence.name))))
  return plainly(isId ? 'id' : 'text')
}

/** Whether values of the type can mean that. */
function fits(meaning: Meaning | null, { type }: Typed): boolean {
  if (meaning === null) return false
  if (type === 'boolean') return meaning.semantic === 'gender'
  if (isTemporal(type)) return false
  return !(type === 'id' && PERSONAL.has(meaning.semantic) && meaning.semantic.endsWith('_name'))
}
