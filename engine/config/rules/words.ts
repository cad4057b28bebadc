// Rules that make identifiers and words: uuid, email, names, phone, city.
import Type from 'typebox'
import { at } from '../problem.ts'
import type { WordRule } from '../types.ts'
import { defineRule, TEXT_TYPES } from './rule-spec.ts'

export const uuid = defineRule({
  columnTypes: ['uuid', 'str'],
  schema: Type.Object(
    {
      type: Type.Literal('uuid'),
      version: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 8, description: '4 is random', examples: [4] }),
      ),
    },
    { additionalProperties: false, description: 'A random UUID: never repeats' },
  ),
  check: ({ version = 4 }, { path, report }) => {
    if (version === 4) return
    report.unsupported(at(path, 'version'), `UUID version ${version} is not made yet`, 'Write 4')
  },
  lower: () => ({ type: 'uuid', version: 4 }),
})

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
          maxLength: 1000,
          description: 'Accepted and not applied: addresses are valid',
        }),
      ),
    },
    { additionalProperties: false, description: 'An address at a domain reserved for examples' },
  ),
  check: ({ regex }, { path, report }) => {
    if (regex === undefined) return
    report.warning(`${path}/regex is not applied: email makes its own valid addresses`)
  },
  lower: ({ from = [] }, { locale }) => ({ type: 'email', locale, from }),
})

function word(name: WordRule, description: string) {
  return defineRule({
    columnTypes: TEXT_TYPES,
    later: { from: 'Leave from out, or put the value together with a template' },
    schema: Type.Object(
      { type: Type.Literal(name) },
      { additionalProperties: false, description: `${description}, of the locale` },
    ),
    lower: (_rule, { locale }) => ({ type: name, locale }),
  })
}

export const first_name = word('first_name', 'A first name')
export const last_name = word('last_name', 'A last name')
export const full_name = word('full_name', 'First and last name in the order')
export const phone = word('phone', 'A telephone number')
export const city = word('city', 'A city')
