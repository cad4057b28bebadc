// email: words, a number where it must not repeat, and one of the locale's example domains. username: the same without
// the domain.

import type { Rows } from '#engine/rows.ts'
import { distinctTexts } from './distinct.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { textAt } from './read.ts'
import { slugOf, slugsOf } from './slug.ts'
import { textKernel } from './text-kernel.ts'
import { codeVector, type Piece, type Vector } from './vector.ts'
import { fillPairs } from './words.ts'

/** Numbers behind an address made of two drawn words; with the words they make the capacity. */
const SUFFIXES = 10_000
/** Numbers behind an address made of other columns, which may repeat: the capacity itself. */
const ROW_SUFFIXES = 10_000_000_000
const WORD = 4_294_967_296

type Fill = (rows: Rows) => void

type Parts = {
  first: Int32Array
  last: Int32Array
  suffix: Float64Array
  domain: Int32Array
}

type NameRule = RuleOf<'email' | 'username'>

const separatorOf = ({ type }: NameRule): string => (type === 'email' ? '.' : '_')

/** A username has none. */
function domainsOf({ type, locale }: NameRule, context: RuleContext): readonly string[] {
  return type === 'email' ? distinctTexts(context.words(locale).email_domains) : []
}

function domainPieces(domains: readonly string[], codes: Int32Array): Piece[] {
  if (domains.length === 0) return []
  return [
    { kind: 'literal', text: '@' },
    { kind: 'code', dictionary: domains, codes },
  ]
}

function drawnParts(context: RuleContext, counts: [number, number, number], parts: Parts): Fill {
  const { random, stream } = context
  const { first, last, suffix, domain } = parts
  const [firsts, lasts, domains] = counts
  const [a, b, c, d] = [firsts / WORD, lasts / WORD, 100 / WORD, domains / WORD]
  return (rows) => {
    const [w0, w1, w2, w3] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      first[i] = ((w0[i] as number) * a) | 0
      last[i] = ((w1[i] as number) * b) | 0
      suffix[i] = ((w2[i] as number) * c) | 0
      domain[i] = ((w3[i] as number) * d) | 0
    }
  }
}

function drawnDomains(context: RuleContext, domains: number, codes: Int32Array): Fill {
  const factor = domains / WORD
  return (rows) => {
    const word = context.random.words(rows, context.stream, 0)[3]
    for (let i = 0; i < rows.n; i++) codes[i] = ((word[i] as number) * factor) | 0
  }
}

/** First word, last word and number are the digits of one permuted row number: no two rows share all. */
function permutedParts(context: RuleContext, counts: [number, number, number], parts: Parts): Fill {
  const [firsts, lasts, domains] = counts
  const pairs = firsts * lasts
  const capacity = pairs * SUFFIXES
  const permute = uniqueDraw(context, capacity)
  const fillDomains = drawnDomains(context, domains, parts.domain)
  const draws = new Float64Array(context.capacity)
  return (rows) => {
    permute(draws, rows)
    for (let i = 0; i < rows.n; i++) {
      const draw = draws[i] as number
      const number = Math.floor(draw / pairs)
      parts.suffix[i] = number
      draws[i] = draw - number * pairs
    }
    fillPairs(parts.first, parts.last, draws, rows.n, firsts)
    fillDomains(rows)
  }
}

function fromWords(rule: NameRule, context: RuleContext): Kernel {
  const words = context.words(rule.locale)
  const first = codeVector(slugsOf(words.first_name), context.capacity)
  const last = codeVector(slugsOf(words.last_name), context.capacity)
  const domains = domainsOf(rule, context)
  const domain = new Int32Array(context.capacity)
  const suffix = new Float64Array(context.capacity)
  const parts = { first: first.codes, last: last.codes, suffix, domain }
  const counts: [number, number, number] = [
    first.dictionary.length,
    last.dictionary.length,
    domains.length,
  ]
  const pieces: Piece[] = [
    { kind: 'code', dictionary: first.dictionary, codes: first.codes },
    { kind: 'literal', text: separatorOf(rule) },
    { kind: 'code', dictionary: last.dictionary, codes: last.codes },
    { kind: 'integer', values: suffix, pad: 0 },
    ...domainPieces(domains, domain),
  ]
  const make = context.unique ? permutedParts : drawnParts
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill: make(context, counts, parts) }
}

/** A column's values as slugs where it draws from a list; null where they differ row by row. */
function slugPiece(vector: Vector): Piece | null {
  if (vector.kind !== 'code' || vector.nulls) return null
  const dictionary = vector.dictionary.map((word) => slugOf(word) || 'user')
  return { kind: 'code', dictionary, codes: vector.codes }
}

function rowSuffix(context: RuleContext): { piece: Piece; fill: Fill } {
  const values = new Float64Array(context.capacity)
  const permute = uniqueDraw(context, ROW_SUFFIXES)
  const fill = (rows: Rows) => permute(values, rows)
  return { piece: { kind: 'integer', values, pad: 0 }, fill }
}

function fromColumns(rule: NameRule, context: RuleContext): Kernel {
  const vectors = rule.from.map((name) => context.vector(name))
  const domains = domainsOf(rule, context)
  const separator = separatorOf(rule)
  const domain = new Int32Array(context.capacity)
  const fillDomains = drawnDomains(context, domains.length, domain)
  const suffix = context.unique ? rowSuffix(context) : null
  const tail: Piece[] = [
    ...(suffix ? [{ kind: 'literal', text: separator } as const, suffix.piece] : []),
    ...domainPieces(domains, domain),
  ]
  const fill = (rows: Rows) => {
    fillDomains(rows)
    suffix?.fill(rows)
  }
  const slugs = vectors.map(slugPiece)
  if (slugs.every((slug) => slug !== null)) {
    const words = slugs.flatMap((piece, index): Piece[] =>
      index === 0 ? [piece] : [{ kind: 'literal', text: separator }, piece],
    )
    return { vector: { kind: 'pieces', pieces: [...words, ...tail], nulls: null }, fill }
  }
  const end: Vector = { kind: 'pieces', pieces: tail, nulls: null }
  const local = (i: number) =>
    vectors
      .map((vector) => slugOf(textAt(vector, i)))
      .filter((slug) => slug !== '')
      .join(separator) || 'user'
  return textKernel(context.capacity, fill, (i) => local(i) + textAt(end, i))
}

export function compileEmail(rule: NameRule, context: RuleContext): Kernel {
  return rule.from.length === 0 ? fromWords(rule, context) : fromColumns(rule, context)
}
