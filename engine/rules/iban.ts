// iban: account numbers of countries, with their check digits (ISO 13616; ISO 7064, MOD 97-10).

import { IBAN_STRUCTURES, powerOf10, type Structure } from '#engine/data/iban-structures.ts'
import { createForms } from './form-draw.ts'
import { CAPITALS, DIGITS, type Form, formsCapacity, times } from './forms.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { Piece } from './vector.ts'

const MODULUS = 97
/** Digits that follow the account number when it is checked: the country's letters as digits, and 00. */
const BEHIND_ACCOUNT = 6

/** Letters count as 10 to 35. */
const digitsOf = (char: string): number => Number.parseInt(char, 36)
const widthOf = (char: string): number => (char >= 'A' ? 2 : 1)

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
  for (const char of Array.from(text).toReversed()) {
    sum = (sum + digitsOf(char) * power) % MODULUS
    power = (power * (widthOf(char) === 2 ? 100 : 10)) % MODULUS
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
  for (const char of Array.from(sample).toReversed())
    widths.push((widths.at(-1) ?? 0) + widthOf(char))
  const end = ending?.texts[0] ?? ''
  const endWidth = Array.from(end).reduce((sum, char) => sum + widthOf(char), 0)
  return { country, form, ending, length: sample.length, widths, endWidth }
}

/** What the account's own check and the IBAN's are made of. */
function sumsOf(accounts: readonly Account[]) {
  const inner = (text: string, behind: number, form: number): number => {
    const { ending, length } = accounts[form] as Account
    if (ending === undefined) return 0
    const first = length - behind - text.length
    return Array.from(text).reduce((sum, char, at) => sum + ending.adds(char, first + at), 0)
  }
  const outer = (text: string, behind: number, form: number): number => {
    const { widths, endWidth } = accounts[form] as Account
    return remainderOf(text, (widths[behind] ?? 0) + endWidth + BEHIND_ACCOUNT)
  }
  return [inner, outer]
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
const heads = (accounts: readonly Account[]): string[] =>
  accounts.flatMap(({ country }) =>
    Array.from({ length: MODULUS }, (_, k) => country + String(98 - k).padStart(2, '0')),
  )

export function compileIban({ countries }: RuleOf<'iban'>, context: RuleContext): Kernel {
  const accounts = countries.map(accountOf)
  const forms = accounts.map(({ form }) => form)
  const { pieces, form, sums, fill } = createForms(forms, context, { sums: sumsOf(accounts) })
  const endings = endingsOf(accounts)
  const own = Int32Array.from(accounts, ({ country }) => remainderOf(`${country}00`, 0))
  const head = new Int32Array(context.capacity)
  const end = new Int32Array(context.capacity)
  const [inner, outer] = sums as [Int32Array, Int32Array]
  const tail: Piece[] = endings.texts.every((text) => text === '')
    ? []
    : [{ kind: 'code', dictionary: endings.texts, codes: end }]
  return {
    vector: {
      kind: 'pieces',
      pieces: [{ kind: 'code', dictionary: heads(accounts), codes: head }, ...pieces, ...tail],
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
