// iban: account numbers of countries, with their check digits (ISO 13616; ISO 7064, MOD 97-10).

import { IBAN_STRUCTURES, powerOf10, type Structure } from '#engine/data/iban-structures.ts'
import { createKept } from '#engine/kept.ts'
import { createForms } from './form-draw.ts'
import type { FormsOptions } from './form-tables.ts'
import { CAPITALS, DIGITS, type Form, formsCapacity, times } from './forms.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { Piece } from './vector.ts'

const MODULUS = 97
/** Lists of countries whose accounts are kept. */
const COUNTRIES_KEPT = 16
/** Digits that follow the account number when it is checked: the country's letters as digits, and 00. */
const BEHIND_ACCOUNT = 6

const ZERO = '0'.charCodeAt(0)
const LETTER_A = 'A'.charCodeAt(0)

/** Letters count as 10 to 35. */
const digitsOf = (code: number): number => (code >= LETTER_A ? code - LETTER_A + 10 : code - ZERO)
const widthOf = (code: number): number => (code >= LETTER_A ? 2 : 1)

function structureOf(country: string): Structure {
  const structure = IBAN_STRUCTURES[country]
  if (structure === undefined) throw new RangeError(`no account numbers of ${country}`)
  return structure
}

function formOf({ form }: Structure): Form {
  return [...form.matchAll(/(\d+)([an])|'(\w+)'/g)].flatMap(([, count, kind, text]) =>
    text === undefined ? times(kind === 'a' ? CAPITALS : DIGITS, Number(count)) : [[text]],
  )
}

/** How many different ones the countries have. */
export function ibanCapacity({ countries }: RuleOf<'iban'>): number {
  return formsCapacity(countries.map((country) => formOf(structureOf(country))))
}

/** The remainder of a text with `behind` digits after it. */
function remainderOf(text: string, behind: number): number {
  let power = powerOf10(behind)
  let sum = 0
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at)
    sum = (sum + digitsOf(code) * power) % MODULUS
    power = (power * (widthOf(code) === 2 ? 100 : 10)) % MODULUS
  }
  return sum
}

type Account = {
  country: string
  form: Form
  ending: Structure['ending']
  /** Characters of the form, and for each number of characters at its end the digits that they count as. */
  length: number
  widths: number[]
  endWidth: number
}

function accountOf(country: string): Account {
  const { ending, ...structure } = structureOf(country)
  const form = formOf(structure)
  const sample = form.map((place) => place[0] ?? '').join('')
  const widths = [0]
  for (let at = sample.length - 1; at >= 0; at--)
    widths.push((widths.at(-1) ?? 0) + widthOf(sample.charCodeAt(at)))
  const end = ending?.texts[0] ?? ''
  const endWidth = Array.from(end).reduce((sum, char) => sum + widthOf(char.charCodeAt(0)), 0)
  return { country, form, ending, length: sample.length, widths, endWidth }
}

/** What the account's own check and the IBAN's are made of. */
function sumsOf(accounts: readonly Account[]) {
  const inner = (text: string, behind: number, form: number): number => {
    const { ending, length } = accounts[form] as Account
    if (ending === undefined) return 0
    const first = length - behind - text.length
    let sum = 0
    for (let at = 0; at < text.length; at++) sum += ending.adds(text.charAt(at), first + at)
    return sum
  }
  const outer = (text: string, behind: number, form: number): number => {
    const { widths, endWidth } = accounts[form] as Account
    return remainderOf(text, (widths[behind] ?? 0) + endWidth + BEHIND_ACCOUNT)
  }
  return [inner, outer]
}

/** What all columns of the same countries share. */
type Accounts = {
  forms: FormsOptions
  endings: Endings
  own: Int32Array
  heads: string[]
}

type Endings = { texts: string[]; first: Int32Array; moduli: Int32Array; remainders: Int32Array }

/** All endings in one list, where those of each form begin, and what each adds to the IBAN's sum. */
function endingsOf(accounts: readonly Account[]): Endings {
  const texts: string[] = []
  const lists = accounts.map(({ ending }) => ending?.texts ?? [''])
  const first = Int32Array.from(lists, (list) => texts.push(...list) - list.length)
  const remainders = Int32Array.from(texts, (text) => remainderOf(text, BEHIND_ACCOUNT))
  return { texts, first, moduli: Int32Array.from(lists, (list) => list.length), remainders }
}

/** `DE02` to `DE98` for each country. */
const headsOf = (accounts: readonly Account[]): string[] =>
  accounts.flatMap(({ country }) =>
    Array.from({ length: MODULUS }, (_, k) => country + String(98 - k).padStart(2, '0')),
  )

const keep = createKept<Accounts>(COUNTRIES_KEPT)

function accountsOf(countries: readonly string[]): Accounts {
  const accounts = countries.map(accountOf)
  return {
    forms: { forms: accounts.map(({ form }) => form), sums: sumsOf(accounts) },
    endings: endingsOf(accounts),
    own: Int32Array.from(accounts, ({ country }) => remainderOf(`${country}00`, 0)),
    heads: headsOf(accounts),
  }
}

export function compileIban(rule: RuleOf<'iban'>, context: RuleContext): Kernel {
  const { countries } = rule
  const { forms, endings, own, heads } = keep(countries.join(), () => accountsOf(countries))
  const { pieces, form, sums, fill } = createForms(rule, context, () => forms)
  const head = new Int32Array(context.capacity)
  const end = new Int32Array(context.capacity)
  const [inner, outer] = sums as [Int32Array, Int32Array]
  const tail: Piece[] = endings.texts.every((text) => text === '')
    ? []
    : [{ kind: 'code', dictionary: endings.texts, codes: end }]
  return {
    vector: {
      kind: 'pieces',
      pieces: [{ kind: 'code', dictionary: heads, codes: head }, ...pieces, ...tail],
      nulls: null,
    },
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const f = form[i] as number
        const remainder = (inner[i] as number) % (endings.moduli[f] as number)
        const ending = (endings.first[f] as number) + remainder
        const sum =
          (outer[i] as number) + (endings.remainders[ending] as number) + (own[f] as number)
        end[i] = ending
        head[i] = f * MODULUS + (sum % MODULUS)
      }
    },
  }
}
