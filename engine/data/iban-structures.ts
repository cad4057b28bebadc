// The account numbers behind the check digits of an IBAN, by country (the SWIFT IBAN registry, ISO 13616), and the
// check digits that countries ask for inside them. Where a country allows letters or digits these are digits.

/** What ends an account number: a text for each sum of what stands before it, modulo the number of texts. */
export type Ending = {
  /** What a character adds; places count from 0. */
  readonly adds: (char: string, place: number) => number
  readonly texts: readonly string[]
}

/** `form`: `4a` is four letters, `14n` fourteen digits, text in quotes stands as it is. */
export type Structure = { readonly form: string; readonly ending?: Ending }

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

const remainders = (modulus: number, text: (remainder: number) => string): string[] =>
  Array.from({ length: modulus }, (_, remainder) => text(remainder))

/** 10^k mod 97: they repeat after as many. */
const POWERS: number[] = []
for (let power = 1; POWERS.length < 96; power = (power * 10) % 97) POWERS.push(power)

/** 10^power mod 97. */
export function powerOf10(power: number): number {
  return POWERS[power % POWERS.length] as number
}

/** The number itself modulo 97, of this many digits, times 10^shift. */
function modulo97(digits: number, shift: number, text: (remainder: number) => number): Ending {
  return {
    adds: (char, place) => (Number(char) * powerOf10(digits - 1 - place + shift)) % 97,
    texts: remainders(97, (remainder) => pad(text(remainder), 2)),
  }
}

/** One digit that makes a weighted sum a multiple of ten; weights repeat, from place `from` on. */
function modulo10(weights: readonly number[], from = 0): Ending {
  return {
    adds: (char, place) =>
      place < from ? 0 : (Number(char) * (weights[(place - from) % weights.length] ?? 0)) % 10,
    texts: remainders(10, (remainder) => String((10 - remainder) % 10)),
  }
}

/** Two digits that bring a weighted sum modulo 11 to `target`; the last two weights are theirs. */
function modulo11(weights: readonly number[], from: number, target: number): Ending {
  const [tens = 0, ones = 0] = weights.slice(-2)
  const text = (remainder: number): string => {
    for (let pair = 0; pair < 100; pair++) {
      const sum = remainder + Math.floor(pair / 10) * tens + (pair % 10) * ones
      if (sum % 11 === target) return pad(pair, 2)
    }
    throw new RangeError(`no digits for ${remainder}`)
  }
  return {
    adds: (char, place) => (place < from ? 0 : (Number(char) * (weights[place - from] ?? 0)) % 11),
    texts: remainders(11, text),
  }
}

/** Luhn's sum over thirteen digits. */
const LUHN_13: Ending = {
  adds: (char, place) => {
    const value = Number(char) * (place % 2 === 0 ? 2 : 1)
    return value > 9 ? value - 9 : value
  },
  texts: remainders(10, (remainder) => String((10 - remainder) % 10)),
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** What digits add at odd places of an Italian account; at even ones they add themselves. */
const ITALIAN_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]

/** The letter in front is the sum of what follows; a letter at the end, an even place, brings the sum to it. */
const ITALIAN: Ending = {
  adds: (char, place) => {
    if (place === 0) return 26 - LETTERS.indexOf(char)
    return place % 2 === 1 ? (ITALIAN_ODD[Number(char)] ?? 0) : Number(char)
  },
  texts: remainders(26, (remainder) => LETTERS[(26 - remainder) % 26] ?? ''),
}

/** A bank and its check digit, and 0 for the account's, which the account is made to match. */
const SPANISH_BANK = '0049000150'
const SPANISH_WEIGHTS = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]
const NORWEGIAN_WEIGHTS = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]
const CZECH_WEIGHTS = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1]

/** By ISO 3166-1 alpha-2. */
export const IBAN_STRUCTURES: Readonly<Record<string, Structure>> = {
  AE: { form: '19n' },
  AT: { form: '16n' },
  AZ: { form: '4a20n' },
  BE: { form: '10n', ending: modulo97(10, 0, (remainder) => remainder || 97) },
  BG: { form: '4a14n' },
  CH: { form: '17n' },
  CY: { form: '24n' },
  CZ: { form: "'0100000000'8n", ending: modulo11(CZECH_WEIGHTS, 10, 0) },
  DE: { form: '18n' },
  DK: { form: '14n' },
  EE: { form: '15n', ending: modulo10([7, 1, 3], 2) },
  ES: { form: `'${SPANISH_BANK}'8n`, ending: modulo11(SPANISH_WEIGHTS, 10, 0) },
  FI: { form: '13n', ending: LUHN_13 },
  FR: { form: '21n', ending: modulo97(21, 2, (remainder) => 97 - remainder) },
  GB: { form: '4a14n' },
  GE: { form: '2a16n' },
  GR: { form: '23n' },
  IE: { form: '4a14n' },
  IL: { form: '19n' },
  IQ: { form: '4a15n' },
  IS: { form: '22n' },
  IT: { form: '1a21n', ending: ITALIAN },
  KZ: { form: '16n' },
  LI: { form: '17n' },
  LT: { form: '16n' },
  LU: { form: '16n' },
  LV: { form: '4a13n' },
  MD: { form: '2a18n' },
  MT: { form: '4a23n' },
  NL: { form: '4a10n' },
  NO: { form: '9n', ending: modulo11(NORWEGIAN_WEIGHTS, 0, 0) },
  PK: { form: '4a16n' },
  PT: { form: '19n', ending: modulo97(19, 2, (remainder) => 98 - remainder) },
  RO: { form: '4a16n' },
  RS: { form: '16n', ending: modulo97(16, 2, (remainder) => 98 - remainder) },
  SA: { form: '20n' },
  SE: { form: '20n' },
  SI: { form: '13n', ending: modulo97(13, 2, (remainder) => 98 - remainder) },
  SK: { form: "'0200000000'8n", ending: modulo11(CZECH_WEIGHTS, 10, 0) },
  TR: { form: '22n' },
  UA: { form: '25n' },
}
