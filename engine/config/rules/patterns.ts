// Rules that make text of a given shape: regex and pattern. Both become the words of a regular expression.
import Type from 'typebox'
import { parseRegex, REGEX_MAX } from '#engine/regex/parse.ts'
import { at, type Report } from '../problem.ts'
import { defineRule, TEXT_TYPES } from './rule-spec.ts'

/** Reports an expression that values cannot be drawn from. */
export function checkRegex(value: string, path: string, report: Report): void {
  const parsed = parseRegex(value)
  if (!('fault' in parsed)) return
  report.problem(
    path,
    `The expression ${parsed.fault}`,
    'Write literals, classes, groups, | and repetition, for example "[A-Z]{3}-[0-9]{4}"',
  )
}

export const regex = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { pattern: 'value', regex: 'value', expression: 'value' },
  schema: Type.Object(
    {
      type: Type.Literal('regex'),
      value: Type.String({
        minLength: 1,
        maxLength: REGEX_MAX,
        description: 'A regular expression that the whole value matches',
        examples: ['[A-Z]{3}-[0-9]{4}'],
      }),
    },
    { additionalProperties: false, description: 'Text that a regular expression describes' },
  ),
  check: ({ value }, { path, report }) => checkRegex(value, at(path, 'value'), report),
  lower: ({ value }) => ({ type: 'regex', value }),
})

/** What a character of a pattern stands for, and a letter behind a backslash. */
const MARKS: Readonly<Record<string, string>> = {
  '#': '[0-9]',
  '?': '[A-Z]',
  '*': '[0-9A-Z]',
  '\\d': '[0-9]',
  '\\D': '[1-9]',
  '\\a': '[a-z]',
  '\\A': '[A-Z]',
  '\\x': '[0-9a-f]',
  '\\X': '[0-9A-F]',
  '\\k': '[0-9a-z]',
  '\\K': '[0-9A-Z]',
}

const literalOf = (char: string): string => (/[\\^$.|?*+()[\]{}]/.test(char) ? `\\${char}` : char)

/** A pattern as a regular expression; or the part of it that means nothing. */
function regexOf(pattern: string): { value: string } | { unknown: string } {
  let value = ''
  for (const token of pattern.match(/\\.|./gsu) ?? []) {
    const mark = Object.hasOwn(MARKS, token) ? MARKS[token] : undefined
    if (mark === undefined && (token === '\\' || /^\\[A-Za-z0-9]$/.test(token))) {
      return { unknown: token }
    }
    value += mark ?? literalOf(token.startsWith('\\') ? token.slice(1) : token)
  }
  return { value }
}

const PATTERN_MAX = 100

export const pattern = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { pattern: 'value', format: 'value', template: 'value' },
  schema: Type.Object(
    {
      type: Type.Literal('pattern'),
      value: Type.String({
        minLength: 1,
        maxLength: PATTERN_MAX,
        description: 'Text in which # is a digit, ? a capital letter and * either; \\ before them',
        examples: ['###-??'],
      }),
    },
    { additionalProperties: false, description: 'Text with its marks replaced by characters' },
  ),
  check: ({ value }, { path, report }) => {
    const read = regexOf(value)
    if (!('unknown' in read)) return
    const hint = `Write \\\\ for a backslash; known are ${Object.keys(MARKS).join(' ')}`
    report.problem(at(path, 'value'), `The pattern has ${read.unknown}, which is no mark`, hint)
  },
  lower: ({ value }) => {
    const read = regexOf(value)
    return { type: 'regex', value: 'value' in read ? read.value : value }
  },
})
