// Whether a column holds what says something about a person: by its known meaning, or by what its values look like.

import { type Column, isPersonal, type Semantic } from '#engine/table/table.ts'
import { sampleTexts } from './column-texts.ts'
import type { PersonalClass } from './profile.ts'

const LOOKED_AT = 1000
/** Of the values that are looked at. */
const SHARE_TO_TELL = 0.8

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'
const IP = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)

/** Strictest first: a value is what the first of them says. */
const CHECKS: readonly (readonly [Semantic, (text: string) => boolean])[] = [
  ['email', (text) => /^[^\s@"]{1,64}@[^\s@]{1,190}\.[A-Za-z]{2,24}$/.test(text)],
  ['iban', isIban],
  ['mac', (text) => /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text)],
  ['ip', (text) => IP.test(text)],
  ['ipv6', isIpv6],
  ['national_id', (text) => /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(text)],
  ['card_number', isCard],
  ['phone', isPhone],
]

/** The class that the column's meaning names, or that 4 of 5 values look like; null for neither. */
export function personalClass(column: Column): PersonalClass | null {
  const { semantic } = column.field
  const known = isPersonal(column.field) ? semantic : null
  if (column.kind === 'number') return known === null ? null : { class: known, confidence: null }
  const texts = sampleTexts(column, LOOKED_AT).map((text) => text.trim())
  const share = (check: (text: string) => boolean): number =>
    texts.length === 0 ? 0 : texts.filter(check).length / texts.length
  if (known !== null) {
    const check = CHECKS.find(([name]) => name === known)?.[1]
    return { class: known, confidence: check === undefined ? null : share(check) }
  }
  if (semantic !== null) return null
  for (const [name, check] of CHECKS) {
    const confidence = share(check)
    if (confidence >= SHARE_TO_TELL) return { class: name, confidence }
  }
  return null
}

/** ISO 7064, MOD 97-10. */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '')
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false
  let rest = 0
  for (const sign of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(sign, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

function isIpv6(text: string): boolean {
  if (!/^[0-9a-f:]{2,39}$/i.test(text) || !text.includes(':')) return false
  const groups = text.split(':')
  const short = text.split('::').length === 2
  return (
    groups.every((group) => group.length <= 4) && (short ? groups.length <= 9 : groups.length === 8)
  )
}

const CARD_STARTS = /^(?:4|5[1-5]|2[2-7]|3[47]|3[0689]|6)/

/** Luhn's check over 13 to 19 digits that a brand's numbers start with. */
function isCard(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '')
  if (!/^\d{13,19}$/.test(digits) || !CARD_STARTS.test(digits)) return false
  const sum = Array.from(digits).reduce((total, digit, at) => {
    const value = Number(digit) * ((digits.length - at) % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** Digits alone may be any number: a sign of a telephone number is asked for. */
function isPhone(text: string): boolean {
  if (!/^\+?[\d\s().\-/x]{7,24}$/.test(text)) return false
  const digits = text.replaceAll(/\D/g, '').length
  const signs = /^\+|^\(?\d{3}\)?[ .-]\d{3}[ .-]?\d{4}/.test(text)
  return signs && digits >= 7 && digits <= 15 && !/^\d+\.\d+$/.test(text)
}
