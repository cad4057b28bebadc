// Every rule of the language, by name.

import { state_machine, walk } from './chains.ts'
import { boolean, choice, constant } from './choices.ts'
import { custom } from './custom.ts'
import { date, datetime } from './dates.ts'
import { expression, reference, template } from './derived.ts'
import { paragraph, sentence } from './filler.ts'
import { FINANCE_RULES } from './finance.ts'
import { INTERNET_RULES } from './internet.ts'
import { array, object } from './json.ts'
import {
  beta,
  binomial,
  exponential,
  gamma,
  geometric,
  pareto,
  poisson,
  weibull,
  zipf,
} from './laws.ts'
import * as localeWords from './locale-words.ts'
import { histogram, mixture } from './mixtures.ts'
import { lognormal, normal, range, sequence, truncated_normal } from './numbers.ts'
import { pattern, regex } from './patterns.ts'
import { latitude, longitude, point } from './places.ts'
import type { RuleSpec } from './rule-spec.ts'
import { series } from './series.ts'
import { time } from './times.ts'
import { uniform } from './uniform.ts'
import { uuid } from './uuids.ts'
import { email, phone } from './words.ts'

/** In the order in which they are documented. */
export const RULES: ReadonlyMap<string, RuleSpec> = new Map(
  Object.entries({
    sequence,
    range,
    choice,
    constant,
    boolean,
    uuid,
    regex,
    pattern,
    ...localeWords,
    email,
    phone,
    ...INTERNET_RULES,
    ...FINANCE_RULES,
    sentence,
    paragraph,
    date,
    datetime,
    time,
    latitude,
    longitude,
    point,
    object,
    array,
    series,
    walk,
    state_machine,
    uniform,
    normal,
    truncated_normal,
    lognormal,
    exponential,
    gamma,
    beta,
    pareto,
    weibull,
    poisson,
    binomial,
    geometric,
    zipf,
    mixture,
    histogram,
    template,
    expression,
    reference,
    custom,
  }),
)

export const RULE_NAMES: readonly string[] = [...RULES.keys()]

/** What other generators call them. */
export const RULE_ALIASES: Readonly<Record<string, string>> = {
  name: 'full_name',
  phone_number: 'phone',
  firstname: 'first_name',
  lastname: 'last_name',
  bool: 'boolean',
  enum: 'choice',
  timestamp: 'datetime',
  gaussian: 'normal',
  log_normal: 'lognormal',
  truncnorm: 'truncated_normal',
  zipfian: 'zipf',
  uuid4: 'uuid',
  user_name: 'username',
  sex: 'gender',
  job_title: 'job',
  company_name: 'company',
  product_name: 'product',
  zip: 'postcode',
  zip_code: 'postcode',
  zipcode: 'postcode',
  postal_code: 'postcode',
  street_name: 'street',
  time_zone: 'timezone',
  colour: 'color',
}

/** True when the rule can be written as its bare name. */
export function isShort(name: string): boolean {
  const spec = RULES.get(name)
  return spec !== undefined && (spec.schema.required ?? []).every((key) => key === 'type')
}

/** Rules that make text on their own: what a template slot or a column type may name. */
export const WORD_RULES: readonly string[] = [
  ...Object.keys(localeWords),
  'email',
  'phone',
  'sentence',
  'paragraph',
  'uuid',
  ...Object.keys(INTERNET_RULES),
  ...Object.keys(FINANCE_RULES),
]
