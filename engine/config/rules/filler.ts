// Rules of filler text: sentence and paragraph.
import Type from 'typebox'
import { at } from '../problem.ts'
import { defineRule, type RuleCheck, TEXT_TYPES } from './rule-spec.ts'

const WORDS_MAX = 50
const SENTENCES_MAX = 20

type Count = number | { min: number; max: number }

function count(max: number, description: string) {
  const whole = { minimum: 1, maximum: max }
  const both = Type.Object(
    {
      min: Type.Integer({ ...whole, description: 'At least' }),
      max: Type.Integer({ ...whole, description: 'At most' }),
    },
    { additionalProperties: false },
  )
  return Type.Optional(
    Type.Union([Type.Integer(whole), both], { description, examples: [{ min: 3, max: 8 }] }),
  )
}

const words = count(WORDS_MAX, 'Words of a sentence: a number, or {min, max}')
const sentences = count(SENTENCES_MAX, 'Sentences: a number, or {min, max}')

function boundsOf(value: Count): [number, number] {
  return typeof value === 'number' ? [value, value] : [value.min, value.max]
}

function checkCounts(
  counts: Readonly<Record<string, Count | undefined>>,
  { path, report }: RuleCheck,
) {
  for (const [key, value] of Object.entries(counts)) {
    if (value === undefined) continue
    const [min, max] = boundsOf(value)
    if (min <= max) continue
    report.problem(at(path, key), `min ${min} is above max ${max}`, 'Write the smaller one as min')
  }
}

const WORDS: Count = { min: 3, max: 10 }
const SENTENCES: Count = { min: 3, max: 6 }

export const sentence = defineRule({
  columnTypes: TEXT_TYPES,
  schema: Type.Object(
    { type: Type.Literal('sentence'), words },
    { additionalProperties: false, description: 'A sentence of filler words' },
  ),
  check: (rule, context) => checkCounts({ words: rule.words }, context),
  lower: (rule, { locale }) => ({ type: 'sentence', locale, words: boundsOf(rule.words ?? WORDS) }),
})

export const paragraph = defineRule({
  columnTypes: TEXT_TYPES,
  schema: Type.Object(
    { type: Type.Literal('paragraph'), sentences, words },
    { additionalProperties: false, description: 'Sentences of filler words' },
  ),
  check: (rule, context) => checkCounts({ sentences: rule.sentences, words: rule.words }, context),
  lower: (rule, { locale }) => ({
    type: 'paragraph',
    locale,
    sentences: boundsOf(rule.sentences ?? SENTENCES),
    words: boundsOf(rule.words ?? WORDS),
  }),
})
