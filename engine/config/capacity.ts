// How many different values a rule can make: what a unique column or key allows the table to have.
import { words } from '#engine/data/words.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { businessCount } from '#engine/rules/business-days.ts'
import { formsCapacity } from '#engine/rules/forms.ts'
import { madeUpCapacity } from '#engine/rules/made-up.ts'
import { phoneForms } from '#engine/rules/phone-forms.ts'
import { rangeGrid } from '#engine/rules/range.ts'
import { nodeOf, regexCapacity } from '#engine/rules/regex.ts'
import { isWordRule, wordCapacity } from '#engine/rules/word-compilers.ts'
import type { Rule } from './types.ts'

/** Patterns with more are not drawn from. */
const PHONE_NUMBERS_MAX = 1e15

/** Infinity where repeats are out of the question, or other columns decide. */
export function capacityOf(rule: Rule): number {
  if (isWordRule(rule)) return wordCapacity(rule)
  switch (rule.type) {
    case 'sequence':
      return sequenceCapacity(rule)
    case 'range':
      return rangeGrid(rule).count
    case 'date':
    case 'datetime':
    case 'time':
      return timeCapacity(rule)
    case 'choice':
      return new Set(rule.values).size
    case 'constant':
      return 1
    case 'boolean':
      return 2
    case 'phone':
      return rule.format === undefined
        ? phoneCapacity(rule.locale)
        : formsCapacity(phoneForms(rule.locale, rule.format).forms)
    case 'regex':
      return regexCapacity(nodeOf(rule.value)) ?? 0
    case 'domain':
    case 'url':
    case 'ip':
    case 'ipv6':
    case 'mac':
    case 'user_agent':
    case 'iban':
    case 'card_number':
    case 'swift':
    case 'currency':
    case 'bitcoin_address':
      return madeUpCapacity(rule)
    case 'uuid':
    case 'latitude':
    case 'longitude':
    case 'point':
    case 'object':
    case 'array':
    case 'series':
    case 'walk':
    case 'state_machine':
    case 'normal':
    case 'lognormal':
    case 'together':
    case 'exponential':
    case 'gamma':
    case 'beta':
    case 'pareto':
    case 'weibull':
    case 'poisson':
    case 'binomial':
    case 'geometric':
    case 'zipf':
    case 'mixture':
    case 'histogram':
    case 'template':
    case 'expression':
    case 'custom':
    case 'reference':
    case 'learned':
      return Number.POSITIVE_INFINITY
  }
}

function timeCapacity(rule: Extract<Rule, { type: 'date' | 'datetime' | 'time' }>): number {
  const { type, min, max } = rule
  if (type === 'time' || rule.business_days !== true) return max - min + 1
  return businessCount(min, max, type === 'date' ? 1 : SECONDS_PER_DAY)
}

function sequenceCapacity({ start, step }: Extract<Rule, { type: 'sequence' }>): number {
  const end = step > 0 ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER
  return Math.floor((end - start) / step) + 1
}

/** Unique numbers all come from one pattern, the one that has the most. */
function phoneCapacity(locale: string): number {
  const counts = words(locale).phone.patterns.map((pattern) =>
    Array.from(pattern).reduce(
      (count, char) => count * (char === '#' ? 10 : char === '!' ? 8 : 1),
      1,
    ),
  )
  return Math.max(...counts.filter((count) => count <= PHONE_NUMBERS_MAX))
}
