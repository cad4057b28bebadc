// The kinds of settings: texts, numbers within bounds, addresses, lists.

import { isAddress } from '#proto/enrollment-token.ts'
import type { Setting } from './setting.ts'

/** Anything at all. */
export const text: Setting<string> = { allowed: 'a text', read: (given) => given }

const numberOf = (given: string): number => (given.trim() === '' ? Number.NaN : Number(given))

/** `what`: it, with its unit. */
export const number = (min: number, max: number, what = 'a number'): Setting<number> => ({
  allowed: `${what} from ${min} to ${max}`,
  read: (given) => (numberOf(given) >= min && numberOf(given) <= max ? numberOf(given) : null),
})

export const seconds = (min: number, max: number): Setting<number> =>
  number(min, max, 'a number of seconds')

/** Of 100. */
export const percent: Setting<number> = number(0, 100)

export const whole = (min: number, max: number, what = 'a whole number'): Setting<number> => ({
  ...number(min, max, what),
  read: (given) => {
    const value = numberOf(given)
    return Number.isInteger(value) && value >= min && value <= max ? value : null
  },
})

const PORT_MAX = 65_535

/** 0: any that is free. */
export const port: Setting<number> = {
  ...whole(0, PORT_MAX),
  allowed: `a port, 0 to ${PORT_MAX}`,
}

export const bytes: Setting<number> = {
  ...whole(1, Number.MAX_SAFE_INTEGER),
  allowed: 'a number of bytes',
}

/** Amounts that no float holds. */
export const digits: Setting<string> = matching(/^\d{1,30}$/, 'a whole number, 0 or more')

const SWITCH: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  '0': false,
  false: false,
}

export const flag: Setting<boolean> = {
  allowed: '1 or 0',
  read: (given) => SWITCH[given.toLowerCase()] ?? null,
}

export function matching(pattern: RegExp, allowed: string): Setting<string> {
  return { allowed, read: (given) => (pattern.test(given) ? given : null) }
}

/** One that `fetch` can call. */
export const httpUrl: Setting<string> = {
  allowed: 'a URL that begins with http:// or https://',
  read: (given) => (isHttpUrl(given) ? given : null),
}

const isHttpUrl = (given: string): boolean => /^https?:\/\//i.test(given) && URL.canParse(given)

/** With or without a port. */
export const host: Setting<string> = {
  allowed: 'host:port',
  read: (given) => (isAddress(given) || isAddress(`${given}:1`) ? given : null),
}

/** Entries between commas, blanks around them ignored; an empty text is an empty list. */
export function list<Entry>(
  readEntry: (entry: string) => Entry | null,
  allowed: string,
): Setting<Entry[]> {
  const entries = (given: string) =>
    given
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean)
  const wrongEntry = (given: string) => entries(given).find((entry) => readEntry(entry) === null)
  return {
    allowed,
    wrongEntry,
    read: (given) => {
      const read = entries(given).map(readEntry)
      return read.some((entry) => entry === null) ? null : (read as Entry[])
    },
    empty: [],
  }
}

export const addresses: Setting<string[]> = list(
  (entry) => (isAddress(entry) ? entry : null),
  'host:port,host:port',
)

/** Of gateways by CID. */
export const gatewayUrl: Setting<string> = {
  allowed: 'a URL with {cid} in it',
  read: (given) => (isHttpUrl(given) && given.includes('{cid}') ? given : null),
}
