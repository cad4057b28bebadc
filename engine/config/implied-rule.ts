// The rule of a column that has none: what its type, its key constraints and, for text, its name imply.
import { PLAIN_WORDS } from '#engine/data/plain-words.ts'
import type { ColumnConfig, RuleInput } from './dataset-config.ts'
import type { ColumnType } from './types.ts'

/** Text columns called so hold just that. */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  first_name: 'first_name',
  firstname: 'first_name',
  given_name: 'first_name',
  last_name: 'last_name',
  lastname: 'last_name',
  surname: 'last_name',
  family_name: 'last_name',
  full_name: 'full_name',
  fullname: 'full_name',
  customer_name: 'full_name',
  employee_name: 'full_name',
  user_name: 'full_name',
  patient_name: 'full_name',
  name: 'full_name',
  email: 'email',
  email_address: 'email',
  phone: 'phone',
  phone_number: 'phone',
  mobile: 'phone',
  city: 'city',
  gender: 'gender',
  sex: 'gender',
  username: 'username',
  job_title: 'job',
  company: 'company',
  company_name: 'company',
  department: 'department',
  department_name: 'department',
  product_name: 'product',
  country: 'country',
  country_code: 'country_code',
  postcode: 'postcode',
  postal_code: 'postcode',
  zip: 'postcode',
  zip_code: 'postcode',
  street: 'street',
  street_address: 'street_address',
  address: 'address',
  timezone: 'timezone',
  color: 'color',
}

const BY_TYPE: Readonly<Partial<Record<ColumnType, RuleInput>>> = {
  int: { type: 'range', min: 1, max: 1000 },
  float: { type: 'range', min: 0, max: 1000 },
  decimal: { type: 'range', min: 0, max: 1000 },
  bool: { type: 'boolean' },
  uuid: { type: 'uuid' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  time: { type: 'time' },
  json: { type: 'object', fields: { id: { type: 'range', min: 1, max: 1000 }, name: 'full_name' } },
}

/** `typeRule` is the rule that the type itself names. Foreign key columns reference their parent. */
export function impliedRule(column: ColumnConfig, typeRule: string | null): RuleInput | null {
  const { type, foreign_key, primary_key, unique } = column
  if (foreign_key) return { type: 'reference' }
  if (typeRule === 'array') return { type: 'array', items: { type: 'choice', value: PLAIN_WORDS } }
  if (typeRule !== null) return { type: typeRule }
  if (type === 'int' && (primary_key || unique)) return { type: 'sequence' }
  if (type === 'str') return impliedText(column)
  return BY_TYPE[type] ?? null
}

/** Digits that a sequence with a bound on its length keeps for its numbers. */
const KEY_DIGITS = 9

function impliedKey({ name, min_length, max_length }: ColumnConfig): RuleInput {
  const room = Math.max((max_length ?? 80) - KEY_DIGITS, 0)
  const prefix = `${name.slice(0, 60)}-`
  const kept = Array.from(prefix).length <= room ? prefix : ''
  const pad = (min_length ?? 0) - Array.from(kept).length
  return { type: 'sequence', prefix: kept, ...(pad > 1 ? { pad: Math.min(pad, 32) } : {}) }
}

function impliedText(column: ColumnConfig): RuleInput {
  const { name, primary_key, unique } = column
  const key = name.toLowerCase().replaceAll(/[\s-]+/g, '_')
  const known = Object.hasOwn(WELL_KNOWN, key) ? WELL_KNOWN[key] : undefined
  if (known !== undefined && !primary_key) return { type: known }
  if (primary_key || unique) return impliedKey(column)
  return { type: 'choice', value: PLAIN_WORDS }
}
