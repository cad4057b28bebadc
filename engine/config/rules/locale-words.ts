// Rules that draw from the lists of a locale: people, places, trade and text.
import Type, { type TProperties } from 'typebox'
import type { FromColumns, FromRole, LocaleRule } from '../word-rules.ts'
import { companion, fromColumns, fromSchema } from './from-columns.ts'
import { defineRule, type Lowering, TEXT_TYPES } from './rule-spec.ts'

const LATER = { from: 'Leave from out, or put the value together with a template' }

/** `roles`: what its `from` may name; `follows`: the column that it agrees with unasked, where the table has one. */
type Options = { roles?: readonly FromRole[]; follows?: FromRole }

function agreeing(
  from: readonly string[] | undefined,
  { roles = [], follows }: Options,
  context: Lowering,
): { from?: FromColumns } {
  if (from !== undefined)
    return from.length === 0 ? {} : { from: fromColumns(from, roles, context) }
  const column = follows === undefined ? null : companion(follows, context)
  return follows === undefined || column === null ? {} : { from: { [follows]: column } }
}

function schemaOf<T extends string, P extends TProperties>(
  name: T,
  description: string,
  roles: readonly FromRole[],
  more: P,
) {
  const from: { from?: ReturnType<typeof fromSchema> } =
    roles.length === 0 ? {} : { from: fromSchema(roles) }
  return Type.Object(
    { type: Type.Literal(name), ...(from as { from: ReturnType<typeof fromSchema> }), ...more },
    { additionalProperties: false, description },
  )
}

function localeRule(name: LocaleRule, description: string, options: Options = {}) {
  const { roles = [] } = options
  return defineRule({
    columnTypes: TEXT_TYPES,
    ...(roles.length === 0 ? { later: LATER } : {}),
    schema: schemaOf(name, description, roles, {}),
    lower: ({ from }, context) => ({
      type: name,
      locale: context.locale,
      ...agreeing(from, options, context),
    }),
  })
}

const PLACE: readonly FromRole[] = ['city', 'state', 'postcode']
const others = (role: FromRole): FromRole[] => PLACE.filter((one) => one !== role)

export const city = localeRule('city', 'A city', { roles: others('city') })
export const first_name = localeRule('first_name', 'A first name', { roles: ['gender', 'prefix'] })
export const last_name = localeRule('last_name', 'A last name', {
  roles: ['gender', 'first_name', 'prefix'],
})
export const full_name = localeRule('full_name', 'First and last name in the order of the locale', {
  roles: ['first_name', 'last_name', 'gender', 'prefix'],
})
export const gender = localeRule('gender', 'Female or male', { roles: ['first_name', 'prefix'] })
export const prefix = localeRule('prefix', 'What stands before a name, such as Ms.', {
  roles: ['gender', 'first_name'],
  follows: 'gender',
})
export const job = localeRule('job', 'A job title')
export const department = localeRule('department', 'A department of a company')
export const company = localeRule('company', 'A company')
export const product = localeRule('product', 'A product')
export const product_category = localeRule('product_category', 'A category of products')
export const postcode = localeRule('postcode', 'A postcode', {
  roles: others('postcode'),
  follows: 'city',
})
export const street = localeRule('street', 'A street')
export const street_address = localeRule('street_address', 'A street and a number in it')
export const address = localeRule('address', 'An address on one line', {
  roles: ['street', ...PLACE],
})
export const country = localeRule('country', 'A country', { roles: ['country_code'] })
export const country_code = localeRule('country_code', 'A country as ISO 3166-1 alpha-2', {
  roles: ['country'],
  follows: 'country',
})
export const timezone = localeRule('timezone', 'A time zone of the IANA database')
export const color = localeRule('color', 'A colour by name')
export const word = localeRule('word', 'A word')
export const file_name = localeRule('file_name', 'A file name')
export const mime_type = localeRule('mime_type', 'A media type')

export const state = defineRule({
  columnTypes: TEXT_TYPES,
  schema: schemaOf('state', 'A state, province or region', others('state'), {
    abbreviated: Type.Optional(
      Type.Boolean({ description: 'In its short form, where it has one', examples: [true] }),
    ),
  }),
  lower: ({ from, abbreviated = false }, context) => ({
    type: 'state',
    locale: context.locale,
    abbreviated,
    ...agreeing(from, { roles: others('state'), follows: 'city' }, context),
  }),
})

export const username = defineRule({
  columnTypes: TEXT_TYPES,
  schema: Type.Object(
    {
      type: Type.Literal('username'),
      from: Type.Optional(
        Type.Array(Type.String({ examples: ['first_name'] }), {
          maxItems: 8,
          description: 'Columns that the name is made of, in order',
          examples: [['first_name', 'last_name']],
        }),
      ),
    },
    { additionalProperties: false, description: 'A name to log in with' },
  ),
  lower: ({ from = [] }, { locale }) => ({ type: 'username', locale, from }),
})
