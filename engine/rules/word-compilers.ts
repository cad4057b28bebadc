// Words of a locale: what compiles them, and how many different ones there are.
import type { Rule } from '#engine/config/types.ts'
import type { WordRule } from '#engine/config/word-rules.ts'
import { words } from '#engine/data/words.ts'
import { fillerOf, leadOf } from '#engine/words/filler.ts'
import { layoutCapacity } from '#engine/words/layout.ts'
import { composition } from '#engine/words/locale-patterns.ts'
import { placesOf } from '#engine/words/places.ts'
import { uniqueAddressesOf } from '#engine/words/unique-addresses.ts'
import { compileAddress } from './address.ts'
import { compileComposed } from './composed.ts'
import { compileEmail } from './email.ts'
import { compileParagraph, compileSentence } from './filler.ts'
import type { RuleCompiler, RuleOf } from './kernel.ts'
import { compileListRule, ruleWords } from './lists.ts'
import { compilePostcode, compileState } from './place.ts'
import { compileGender } from './sexed.ts'
import { slugsOf } from './slug.ts'
import { compileFullName, compileWord, fullNameLists } from './words.ts'

/** Numbers that a unique email of drawn words, and one of columns, may end in. */
const EMAIL_NUMBERS = 10_000
const EMAIL_COLUMN_NUMBERS = 10_000_000_000

export const WORD_COMPILERS: { [T in WordRule['type']]: RuleCompiler<T> } = {
  first_name: compileWord,
  last_name: compileWord,
  city: compileWord,
  full_name: compileFullName,
  email: compileEmail,
  username: compileEmail,
  gender: compileGender,
  prefix: compileListRule,
  department: compileListRule,
  product_category: compileListRule,
  country: compileListRule,
  country_code: compileListRule,
  timezone: compileListRule,
  color: compileListRule,
  word: compileListRule,
  mime_type: compileListRule,
  job: compileComposed,
  company: compileComposed,
  product: compileComposed,
  street: compileComposed,
  street_address: compileComposed,
  file_name: compileComposed,
  state: compileState,
  postcode: compilePostcode,
  address: compileAddress,
  sentence: compileSentence,
  paragraph: compileParagraph,
}

/** Whether the rule is one of these. */
export function isWordRule(rule: Rule): rule is WordRule {
  return Object.hasOwn(WORD_COMPILERS, rule.type)
}

/** Different values that a unique column of the rule can have. */
export function wordCapacity(rule: WordRule): number {
  switch (rule.type) {
    case 'first_name':
    case 'last_name':
    case 'city':
      return words(rule.locale)[rule.type].length
    case 'full_name':
      return fullNameCapacity(rule.locale)
    case 'gender':
      return 2
    case 'state':
      return stateCapacity(rule)
    case 'postcode':
      return layoutCapacity(placesOf(rule.locale).postcodes)
    case 'email':
    case 'username':
      return loginCapacity(rule)
    case 'job':
    case 'company':
    case 'product':
    case 'street':
    case 'street_address':
    case 'file_name':
      return layoutCapacity(composition(rule.locale, rule.type).unique)
    case 'address':
      return uniqueAddressesOf(rule.locale).capacity
    case 'sentence':
    case 'paragraph':
      return leadOf(fillerOf(rule.locale), rule.words[0]).capacity
    default:
      return ruleWords(rule.type, rule.locale).length
  }
}

function fullNameCapacity(locale: string): number {
  const { first, last } = fullNameLists(words(locale), true)
  return first.length * last.length
}

function stateCapacity({ locale, abbreviated }: RuleOf<'state'>): number {
  const { states, abbreviations } = placesOf(locale)
  return new Set(abbreviated ? abbreviations : states).size
}

function loginCapacity({ locale, from }: RuleOf<'email' | 'username'>): number {
  if (from.length > 0) return EMAIL_COLUMN_NUMBERS
  const { first_name, last_name } = words(locale)
  return slugsOf(first_name).length * slugsOf(last_name).length * EMAIL_NUMBERS
}
