// Of what type a column is, by what was seen of it.

import type { Field, Semantic } from '#engine/table/table.ts'
import type { ColumnEvidence } from './column-inference.ts'
import { numberLayout } from './number-affixes.ts'
import type { NumberFit, Written } from './number-search.ts'
import type { NumberStyle } from './number-text.ts'
import { isCode, wordsOf } from './semantics.ts'

/** By words of the column's name, joined by `_`. */
const NAMED_AS_ID = [
  /(^|_)(id|ids|key|uid|nr|no|num|code|number|ref|reference|token|hash)$/,
  /^(row|record|object|case|user|customer|client|patient|member|person|employee|student)(s?id|no|nr|num|number|key)$/,
  /^(account|order|product|item|transaction|session|device|ticket|invoice)(s?id|no|nr|num|number|key)$/,
  /^(policy|claim|visit|encounter|subject)(s?id|no|nr|num|number|key)$/,
  /^(index|idx|row|serial|seq|sequence|unnamed_0)$/,
]
const CATEGORY_LEVELS_MAX = 10_000
const CATEGORY_LENGTH_MAX = 100
/** A category's values come again: on average this often at least. */
const CATEGORY_REPEATS_MIN = 2
const DECIMALS_MAX = 15

/** `decimals`, `layout`, `zone` and `numbers` as IngestField has them. */
export type Typed = Pick<Field, 'type' | 'decimals' | 'layout' | 'zone'> & {
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
export function typeOf(
  evidence: ColumnEvidence,
  semantic: Semantic | null,
  commas: boolean,
): Typed {
  if (evidence.values === 0) return plainly(evidence.words.size > 0 ? onlyWords(evidence) : 'text')
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
  if (isNamedAsId(evidence) && values > 1 && (isUnique || distinct.count() > CATEGORY_LEVELS_MAX))
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
  const isId = isUuid || (isUnique && !isSpaced && (isCoded || isNamedAsId(evidence)))
  return plainly(isId ? 'id' : 'text')
}

function isNamedAsId({ name }: ColumnEvidence): boolean {
  const words = wordsOf(name)
  return NAMED_AS_ID.some((pattern) => pattern.test(words))
}
