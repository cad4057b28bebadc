// The rule of a column that has none: what its type, its key constraints and, for text, its name imply.
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
}

const WORDS =
  `amber anchor apple arrow autumn beacon berry blossom breeze bridge bright canyon cedar
  cloud coral crystal dawn delta ember falcon feather field flame forest garden glacier golden granite
  harbor hazel horizon island ivory jasper juniper lake lantern lemon linen lotus maple marble meadow
  mint mist moon mountain oak ocean olive orchid pearl pebble pine planet prairie quartz rain raven
  reef ridge river robin rose ruby sage sand shadow shell silver sky snow spring spruce star stone
  storm summer sun thunder tide tulip valley velvet violet walnut water willow wind winter`.split(
    /\s+/,
  )

const BY_TYPE: Readonly<Partial<Record<ColumnType, RuleInput>>> = {
  int: { type: 'range', min: 1, max: 1000 },
  float: { type: 'range', min: 0, max: 1000 },
  decimal: { type: 'range', min: 0, max: 1000 },
  bool: { type: 'boolean' },
  uuid: { type: 'uuid' },
  date: { type: 'date' },
  datetime: { type: 'datetime' },
  time: { type: 'time' },
}

/** `typeRule` is the rule that the type itself names. Foreign key columns reference their parent. */
export function impliedRule(column: ColumnConfig, typeRule: string | null): RuleInput | null {
  const { type, foreign_key, primary_key, unique } = column
  if (foreign_key) return { type: 'reference' }
  if (typeRule !== null) return { type: typeRule }
  if (type === 'int' && (primary_key || unique)) return { type: 'sequence' }
  if (type === 'str') return impliedText(column)
  return BY_TYPE[type] ?? null
}

function impliedText({ name, primary_key, unique }: ColumnConfig): RuleInput {
  const key = name.toLowerCase().replaceAll(/[\s-]+/g, '_')
  const known = Object.hasOwn(WELL_KNOWN, key) ? WELL_KNOWN[key] : undefined
  if (known !== undefined && !primary_key) return { type: known }
  if (primary_key || unique) return { type: 'sequence', prefix: `${name.slice(0, 60)}-` }
  return { type: 'choice', value: WORDS }
}
