// Rules that make addresses of people: email, phone.
import Type from 'typebox'
import { words } from '#engine/data/words.ts'
import { includes } from '#engine/regex/includes.ts'
import { parseRegex, REGEX_MAX } from '#engine/regex/parse.ts'
import { slugsOf } from '#engine/rules/slug.ts'
import { at } from '../problem.ts'
import { checkRegex } from './patterns.ts'
import { defineRule, TEXT_TYPES } from './rule-spec.ts'

export const email = defineRule({
  columnTypes: TEXT_TYPES,
  schema: Type.Object(
    {
      type: Type.Literal('email'),
      from: Type.Optional(
        Type.Array(Type.String(), {
          maxItems: 8,
          description: 'Columns that the address is made of, in order',
          examples: [['first_name', 'last_name']],
        }),
      ),
      regex: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: REGEX_MAX,
          description: 'What addresses match from end to end; made from it where our own do not',
          examples: ['[a-z]+[.][a-z]+[0-9]*@example[.](com|net|org)'],
        }),
      ),
    },
    { additionalProperties: false, description: 'An address at a domain reserved for examples' },
  ),
  check: ({ regex, from }, { path, report }) => {
    if (regex === undefined) return
    checkRegex(regex, at(path, 'regex'), report)
    if (from === undefined || from.length === 0) return
    const message = 'An address made of columns does not follow a regex'
    report.problem(at(path, 'regex'), message, 'Remove regex, or from')
  },
  lower: ({ regex, from = [] }, { locale }) => {
    if (regex !== undefined && !ownAddressesMatch(regex, locale))
      return { type: 'regex', value: regex }
    return { type: 'email', locale, from }
  },
})

/** Whether every address that the rule makes by itself matches the expression: then it makes them as ever. */
function ownAddressesMatch(regex: string, locale: string): boolean {
  const { first_name, last_name, email_domains } = words(locale)
  const most = (list: readonly string[]): number =>
    slugsOf(list).reduce((length, slug) => Math.max(length, slug.length), 0)
  const domains = email_domains.map((domain) => domain.replaceAll('.', '[.]')).join('|')
  const own = parseRegex(
    `[a-z]{1,${most(first_name)}}[.][a-z]{1,${most(last_name)}}[0-9]{1,4}@(${domains})`,
  )
  const whole = parseRegex(regex)
  return 'node' in own && 'node' in whole && includes(whole.node, own.node)
}

export const phone = defineRule({
  columnTypes: TEXT_TYPES,
  later: { from: 'Leave from out: the number is of the country of the locale' },
  schema: Type.Object(
    {
      type: Type.Literal('phone'),
      format: Type.Optional(
        Type.Union(
          [Type.Literal('national'), Type.Literal('e164'), Type.Literal('international')],
          {
            description: 'As its country writes it, as +12125550123, or that with spaces',
            examples: ['e164'],
          },
        ),
      ),
    },
    { additionalProperties: false, description: 'A telephone number of the country of the locale' },
  ),
  lower: ({ format = 'national' }, { locale }) => ({ type: 'phone', locale, format }),
})
