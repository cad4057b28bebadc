// What a column means: by its name, by its values, best by both.

import type { Semantic } from '#engine/table/table.ts'
import { type NamesSeen, namesAmong } from './person-names.ts'
import { hasCheck } from './semantic-checks.ts'

/** Names, in words joined by _; the first that matches counts. Several languages of business. */
const NAMES: readonly [Semantic, RegExp][] = [
  ['email', /(^|_)(e_?mails?|mail|courriel|correo|email_address|mail_address)(_address)?$/],
  ['uuid', /(^|_)(uuid|guid)$/],
  ['ipv6', /(^|_)ipv6(_address)?$/],
  ['ip', /(^|_)(ip|ipv4|ip_?addr(ess)?|remote_addr(ess)?|client_ip)$/],
  ['mac', /(^|_)mac(_?addr(ess)?)?$/],
  ['iban', /(^|_)iban$/],
  [
    'card_number',
    /(^|_)(card_?(number|no|num)|credit_?card(_(number|no|num))?|cc_?(number|num)|ccn|pan)$/,
  ],
  [
    'national_id',
    /(^|_)(ssn|social_security(_(number|no))?|nino|national_id(_number)?|passport(_(number|no))?|tax_id|steuer_?id|dni|nif|cpf|pesel|bsn|aadhaar|driver_?s?_licen[cs]e(_(number|no))?)$/,
  ],
  [
    'phone',
    /(^|_)(phone|telephone|telefon|tel|mobile|cell|fax|handy|telefono|phone_?(number|no)|mobile_?(number|no))(_?\d)?$/,
  ],
  [
    'first_name',
    /(^|_)(first_?name|given_?name|fore_?name|vorname|prenom|nombre|middle_?name|fname)$/,
  ],
  ['last_name', /(^|_)(last_?name|sur_?name|family_?name|nachname|familienname|apellidos?|lname)$/],
  ['username', /(^|_)(user_?name|login|nick_?name|screen_?name|handle)$/],
  [
    'full_name',
    /^((full|customer|client|patient|employee|person|user|contact|display|legal|driver|owner|holder|cardholder|account_holder|student|teacher|doctor|member|guest|passenger)_?name|.*_full_?name|name_of_.*|person|nome_completo)$/,
  ],
  ['url', /(^|_)(url|uri|website|web_?site|homepage|link)$/],
  ['domain', /(^|_)(domain|domain_?name|hostname)$/],
  ['latitude', /(^|_)(lat|latitude)$/],
  ['longitude', /(^|_)(lng|lon|long|longitude)$/],
  ['postcode', /(^|_)(zip|zip_?code|post_?code|postal_?code|plz|postleitzahl|code_postal)$/],
  ['country', /(^|_)(country|country_?(code|name)|land|pays|nation|native_country)$/],
  ['state', /(^|_)(state|province|region|bundesland|us_state|state_?(code|name))$/],
  ['city', /(^|_)(city|town|ort|stadt|ville|ciudad|city_?name|municipality)$/],
  [
    'street',
    /(^|_)(street|strasse|straße|rue|street_?(name|address)|address_?line_?\d?|addr_?\d|house_number)$/,
  ],
  [
    'address',
    /(^|_)(address|addr|adresse|direccion|full_?address|home_?address|postal_?address)(_?\d)?$/,
  ],
  ['company', /(^|_)(company|company_?name|employer|organi[sz]ation|firm|firma)$/],
  ['job', /(^|_)(job|job_?title|occupation|profession|beruf|position)$/],
  ['currency', /(^|_)(currency|currency_?code|waehrung|währung)$/],
  ['gender', /(^|_)(gender|sex|geschlecht)$/],
  ['age', /(^|_)(age|alter|age_(in_)?years)$/],
]

const PERSON = /^\p{Lu}[\p{L}'’.-]*(?: \p{Lu}[\p{L}'’.-]*){1,4}$/u
const IS_NUMBER: ReadonlySet<Semantic> = new Set(['age', 'latitude', 'longitude'])
/** Digits that are no amount: never numbers, whatever they look like. */
const IS_CODE: ReadonlySet<Semantic> = new Set([
  'phone',
  'card_number',
  'national_id',
  'postcode',
  'iban',
  'mac',
  'ip',
])
/** Told by values alone only where all but a few say so. */
const LEAST_SHARE = 0.8
/** Of addresses of people fewer are enough: where one is taken for what it is not, little is lost. */
const LEAST_EMAILS = 0.3

export type Meaning = { semantic: Semantic; confidence: number }

/** What was seen of a column's values. */
export type Seen = {
  /** Values that were asked what they mean, and how many said what. */
  asked: number
  meanings: ReadonlyMap<Semantic, number>
  /** Of those asked, names of people by their form, and pure numbers. */
  persons: number
  numbers: number
  names: NamesSeen
}

export function looksLikePerson(text: string): boolean {
  return text.length < 60 && PERSON.test(text)
}

/** Digits that no arithmetic is done with. */
export function isCode(semantic: Semantic | null): boolean {
  return semantic !== null && IS_CODE.has(semantic)
}

/** `createdAt`, `Created At` and `created-at` are created_at. */
export function wordsOf(name: string): string {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

function byName(words: string): Semantic | null {
  return NAMES.find(([, pattern]) => pattern.test(words))?.[0] ?? null
}

/** Null where neither name nor values say anything; `confidence` is in (0, 1]. */
export function semanticOf(name: string, seen: Seen): Meaning | null {
  const words = wordsOf(name)
  // Of `order.buyer.name` the last name may say what the path does not.
  const last = wordsOf(name.slice(name.lastIndexOf('.') + 1))
  const named = byName(words) ?? byName(last)
  const share = (semantic: Semantic): number =>
    (seen.meanings.get(semantic) ?? 0) / Math.max(1, seen.asked)
  for (const [semantic] of seen.meanings) {
    const least = semantic === 'email' ? LEAST_EMAILS : LEAST_SHARE
    if (share(semantic) >= least) {
      const confidence = named === semantic ? 0.5 + share(semantic) / 2 : share(semantic) * 0.95
      return { semantic, confidence }
    }
  }
  if (named !== null) return namedMeaning(named, seen, share(named))
  const persons = seen.persons / Math.max(1, seen.asked)
  if (last === 'name' && persons >= LEAST_SHARE / 2)
    return { semantic: 'full_name', confidence: 0.6 + persons / 4 }
  const names = namesAmong(seen.names, seen.asked)
  return names && { semantic: names.semantic, confidence: 0.5 + 0.4 * names.share }
}

function namedMeaning(semantic: Semantic, seen: Seen, share: number): Meaning | null {
  const numbers = seen.numbers / Math.max(1, seen.asked)
  if (seen.asked === 0) return { semantic, confidence: 0.5 }
  if (IS_NUMBER.has(semantic)) return numbers > 0.9 ? { semantic, confidence: 0.9 } : null
  if (numbers > 0.9 && !IS_CODE.has(semantic)) return null
  // A user name has no blanks; the name of a user may be a person's.
  if (semantic === 'username' && seen.persons >= (LEAST_SHARE / 2) * seen.asked)
    return { semantic: 'full_name', confidence: 0.8 }
  if (!hasCheck(semantic)) return { semantic, confidence: 0.8 }
  return { semantic, confidence: 0.6 + 0.35 * share }
}
