// Values that say by themselves what they mean: check digits, and forms that nothing else has.

import type { Semantic } from '#engine/table/table.ts'

/** Sum of a card's digits, every second one doubled (ISO/IEC 7812-1, annex B). */
function isLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48
    const doubled = at % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Check digits by remainder 97 (ISO 13616, ISO 7064). */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false
  let rest = 0
  for (const sign of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(sign, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  return /^[2-6]\d{12,18}$/.test(digits) && /^[\d -]+$/.test(text) && isLuhn(digits)
}

function isIpv4(text: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  return parts?.slice(1).every((part) => Number(part) < 256) === true
}

const EMAIL = /^[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[\p{L}]{2,24}$/u
/** Eight groups, or fewer around `::`; the last two may be written as of IPv4 (RFC 4291, 2.2). Else it is a time. */
const IPV6 =
  /^(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){6}(?:\d{1,3}\.){3}\d{1,3}|(?=.*::)(?!.*(?:::.*::|:::))(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|(?:\d{1,3}\.){3}\d{1,3}))$/i
const MAC = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const URL = /^(?:https?|ftp):\/\/[^\s/]+\S*$/i
const DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|org|net|io|de|eu|uk|fr|edu|gov|info|co|us|ch|at|nl)$/i
const PHONE = /^(?:\+|00)[1-9][\d ()./-]{6,20}(?:x\d{1,5})?$/
const LOCAL_PHONE = /^\(?\d{2,5}\)?[ ./-]\d{2,4}[ ./-]\d{3,6}(?: ?x\d{1,5})?$/
/** Days written with dashes or points look like it. */
const DAY = /^\d{1,2}([./-])\d{1,2}\1(?:19|20)\d{2}$/
const US_SSN = /^(?!000|666|9)\d{3}-\d{2}-\d{4}$/

/** A number and a street, in the order of some languages; what may stand behind it is the rest of an address. */
const STREETS = [
  /^\d{1,6}[a-z]?(?:-\d{1,5})? (?:[\p{L}\d][\p{L}\d.'’-]* ){1,4}(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|way|place|pl|square|sq|terrace|highway|hwy|parkway|pkwy|circle|cir|crescent)(?=$|[.,]| (?:apt|unit|suite|ste|floor|fl|#|[ns][ew]?|[ew]|north|south|east|west)\b)/iu,
  /^\p{L}[\p{L}.'’ -]*(?:straße|strasse|str\.|weg|gasse|platz|allee|ufer|damm| ring) \d{1,4} ?[a-z]?\b/iu,
  /^\d{1,5}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|route|cours) \p{L}/iu,
  /^(?:calle|avenida|avda\.?|via|viale|piazza|corso|rua|plaza|paseo) \p{L}[^,]*,? ?\d{1,5}\b/iu,
]

const US_ADDRESS = /^\d{1,6} [^,]+(?:,[^,]+)?, ?[A-Z]{2} \d{5}(?:-\d{4})?$/

function streetMeaning(text: string): Semantic | null {
  if (!/\d/.test(text)) return null
  if (US_ADDRESS.test(text)) return 'address'
  const length = STREETS.map((form) => form.exec(text)?.[0].length ?? 0).find((found) => found > 0)
  if (length === undefined) return null
  return /, ?\p{L}{3}|\d{5}/u.test(text.slice(length)) ? 'address' : 'street'
}

/** In the order in which they are believed. */
const CHECKS: readonly [Semantic, (text: string) => boolean][] = [
  ['email', (text) => EMAIL.test(text)],
  ['iban', isIban],
  ['card_number', isCard],
  ['uuid', (text) => UUID.test(text)],
  ['url', (text) => URL.test(text)],
  ['ip', isIpv4],
  ['mac', (text) => MAC.test(text)],
  ['ipv6', (text) => IPV6.test(text)],
  ['national_id', (text) => US_SSN.test(text)],
  ['phone', (text) => PHONE.test(text) || (LOCAL_PHONE.test(text) && !DAY.test(text))],
  ['domain', (text) => DOMAIN.test(text)],
]

/** Whether values that mean this say so themselves. */
export function hasCheck(semantic: Semantic): boolean {
  return CHECKS.some(([checked]) => checked === semantic)
}

/** What the value means, if it says so itself. */
export function meaningOf(text: string): Semantic | null {
  if (text.length < 4 || text.length > 320) return null
  for (const [semantic, isSo] of CHECKS) if (isSo(text)) return semantic
  return streetMeaning(text)
}

/** A piece of the text that is an address of someone: in free text, told from words. */
export function holdsPersonal(text: string): boolean {
  return /[^\s@]@[^\s@]+\.\p{L}{2}/u.test(text) || /\d[\d ()./-]{7,}\d/.test(text)
}
