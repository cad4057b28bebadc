// The parameter `from` of words: columns of the row that they agree with, and what each of these columns is.
import Type from 'typebox'
import type { FromColumns, FromRole } from '../word-rules.ts'
import type { Lowering } from './rule-spec.ts'

/** What columns are called whose rule does not say what they hold. */
const CALLED: Readonly<Record<FromRole, RegExp>> = {
  gender: /gender|sex/,
  prefix: /prefix|title|salutation/,
  first_name: /first|given|fore/,
  last_name: /last|family|sur/,
  city: /city|town/,
  state: /state|province|region/,
  postcode: /post|zip/,
  street: /street|address/,
  country_code: /code|iso/,
  country: /country/,
}

/** Rules whose values are another rule's too. */
const SAME: Readonly<Record<string, FromRole>> = { street_address: 'street' }

/** The schema of `from` of a rule that agrees with columns of these roles. */
export function fromSchema(roles: readonly FromRole[]) {
  return Type.Optional(
    Type.Array(Type.String({ examples: [roles[0]] }), {
      maxItems: roles.length,
      description: `Columns that the value agrees with: ${roles.join(', ')}`,
      examples: [roles.slice(0, 2)],
    }),
  )
}

/**
 * Each column in its role: by its rule, else by its name, else in the order of the roles. Empty where nothing is named.
 * A second column of the same role is passed over.
 */
export function fromColumns(
  names: readonly string[],
  roles: readonly FromRole[],
  { others }: Lowering,
): FromColumns {
  const found: FromColumns = {}
  for (const name of names) {
    const rule = others.find((column) => column.name === name)?.rule ?? ''
    const free = roles.filter((role) => found[role] === undefined)
    const role =
      free.find((one) => one === (SAME[rule] ?? rule)) ??
      free.find((one) => CALLED[one].test(name.toLowerCase())) ??
      free[0]
    if (role !== undefined) found[role] = name
  }
  return found
}

/** The one plain column of the table with this rule, which others follow unasked; null where there is none or several. */
export function companion(rule: FromRole, { others, column, unique }: Lowering): string | null {
  const [only, ...more] = others.filter((one) => {
    return one.rule === rule && one.plain && one.name !== column
  })
  return only !== undefined && more.length === 0 && !unique ? only.name : null
}
