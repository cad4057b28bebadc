// first_name, last_name, full_name, prefix and gender that agree with other columns of the row.
import type { FromColumns } from '#engine/config/word-rules.ts'
import { listOf } from '#engine/data/lists.ts'
import type { Rows } from '#engine/rows.ts'
import {
  EITHER,
  FEMALE,
  MALE,
  type Sex,
  type SexedList,
  sexedWords,
  sexReader,
} from '#engine/words/sexes.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { createLookup } from './lookup.ts'
import { textAt } from './read.ts'
import { piecesOf } from './template.ts'
import { textKernel } from './text-kernel.ts'
import { codeVector, type Piece, type Vector } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296

/** What the columns say of sex, the first that says something; `EITHER` where none does. */
function sexOf(locale: string, from: FromColumns, context: RuleContext): (i: number) => Sex {
  const read = sexReader(locale)
  const columns = [from.gender, from.prefix, from.first_name].filter((name) => name !== undefined)
  const lookups = columns.map((name) => createLookup(context.vector(name), read, EITHER))
  return (i) => {
    for (const lookup of lookups) {
      const sex = lookup(i)
      if (sex !== EITHER) return sex as Sex
    }
    return EITHER
  }
}

/** Codes of words of the row's sex, drawn by word number `plane` of the rule's first block. */
function sexedDraw(
  locale: string,
  list: SexedList,
  sex: (i: number) => Sex,
  plane: 0 | 1,
  context: RuleContext,
): Kernel<ReturnType<typeof codeVector>> {
  const { words, bases, counts } = sexedWords(locale, list)
  const vector = codeVector(words, context.capacity)
  const { codes } = vector
  return {
    vector,
    fill(rows) {
      const word = context.random.words(rows, context.stream, 0)[plane]
      for (let i = 0; i < rows.n; i++) {
        const own = sex(i)
        const unit = (word[i] as number) * INVERSE_WORD
        codes[i] = (bases[own] as number) + Math.floor(unit * (counts[own] as number))
      }
    },
  }
}

type Sexed = { type: SexedList; locale: string }

/** A name or prefix that fits what the columns say. */
export function compileSexed(
  { type, locale }: Sexed,
  from: FromColumns,
  context: RuleContext,
): Kernel {
  return sexedDraw(locale, type, sexOf(locale, from, context), 0, context)
}

export function compileGender(rule: RuleOf<'gender'>, context: RuleContext): Kernel {
  const vector = codeVector(listOf(rule.locale, 'people', 'gender'), context.capacity)
  if (rule.from === undefined) {
    const draw = createIndexDraw(context, vector.dictionary.length)
    return { vector, fill: (rows) => draw(vector.codes, rows) }
  }
  const sex = sexOf(rule.locale, rule.from, context)
  const { codes } = vector
  return {
    vector,
    fill(rows) {
      const [word] = context.random.words(rows, context.stream, 0)
      for (let i = 0; i < rows.n; i++) {
        const own = sex(i)
        codes[i] = own === EITHER ? (word[i] as number) >>> 31 : own === FEMALE ? 0 : MALE - 1
      }
    },
  }
}

type NamePart = { vector: Vector; fill: (rows: Rows) => void }

/** A full name of the columns of `from`, with names of its own in place of those that are not there. */
export function compileFullNameFrom(
  locale: string,
  order: readonly string[],
  from: FromColumns,
  context: RuleContext,
): Kernel {
  const sex = sexOf(locale, from, context)
  const parts = order.map((text): NamePart => {
    if (text !== 'first_name' && text !== 'last_name') {
      const pieces: Piece[] = text === '' ? [] : [{ kind: 'literal', text }]
      return { vector: { kind: 'pieces', pieces, nulls: null }, fill: () => undefined }
    }
    const column = from[text]
    if (column !== undefined) return { vector: context.vector(column), fill: () => undefined }
    return sexedDraw(locale, text, sex, text === 'first_name' ? 0 : 1, context)
  })
  const fill = (rows: Rows) => {
    for (const part of parts) part.fill(rows)
  }
  const pieces = parts.map(({ vector }) => piecesOf(vector))
  if (pieces.every((list) => list !== null)) {
    return { vector: { kind: 'pieces', pieces: pieces.flat(), nulls: null }, fill }
  }
  const name = (i: number) =>
    parts
      .map(({ vector }) => textAt(vector, i))
      .join('')
      .trim()
  return textKernel(context.capacity, fill, name)
}
