// card_number: numbers of a brand's ranges with Luhn's check digit (ISO/IEC 7812-1).

import type { CardBrand } from '#engine/config/made-up-rules.ts'
import { createForms } from './form-draw.ts'
import type { FormsOptions } from './form-tables.ts'
import { DIGITS, type Form, formsCapacity, times } from './forms.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'

const ZERO = '0'.charCodeAt(0)

type Range = { from: number; to: number; digits: number; weight: number }

/** First digits from .. to, and digits of the whole number. */
const RANGES: Readonly<Record<CardBrand, readonly Range[]>> = {
  visa: [{ from: 4, to: 4, digits: 16, weight: 1 }],
  mastercard: [
    { from: 51, to: 55, digits: 16, weight: 0.8 },
    { from: 2221, to: 2720, digits: 16, weight: 0.2 },
  ],
  amex: [
    { from: 34, to: 34, digits: 15, weight: 0.5 },
    { from: 37, to: 37, digits: 15, weight: 0.5 },
  ],
  discover: [
    { from: 6011, to: 6011, digits: 16, weight: 0.4 },
    { from: 644, to: 649, digits: 16, weight: 0.2 },
    { from: 65, to: 65, digits: 16, weight: 0.4 },
  ],
  jcb: [{ from: 3528, to: 3589, digits: 16, weight: 1 }],
  diners: [
    { from: 36, to: 36, digits: 14, weight: 0.8 },
    { from: 300, to: 305, digits: 14, weight: 0.2 },
  ],
  unionpay: [{ from: 62, to: 62, digits: 16, weight: 1 }],
}

export const CARD_BRANDS = Object.keys(RANGES) as CardBrand[]

function formOf({ from, to, digits }: Range): Form {
  const prefixes = Array.from({ length: to - from + 1 }, (_, k) => String(from + k))
  return [prefixes, ...times(DIGITS, digits - 1 - String(from).length)]
}

const rangesOf = (brands: readonly CardBrand[]): Range[] => brands.flatMap((brand) => RANGES[brand])

/** How many different numbers the brands have. */
export function cardCapacity({ brands }: RuleOf<'card_number'>): number {
  return formsCapacity(rangesOf(brands).map(formOf))
}

/** Every second digit from the check digit counts twice, less nine where that has two digits. */
function luhn(text: string, behind: number): number {
  let sum = 0
  for (let at = 0; at < text.length; at++) {
    const twice = (behind + text.length - 1 - at) % 2 === 0
    const value = (text.charCodeAt(at) - ZERO) * (twice ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum
}

function formsOf(brands: readonly CardBrand[]): FormsOptions {
  const ranges = rangesOf(brands)
  const weights = ranges.map(({ weight }) => weight)
  return { forms: ranges.map(formOf), weights, sums: [luhn] }
}

export function compileCardNumber(rule: RuleOf<'card_number'>, context: RuleContext): Kernel {
  const { pieces, sums, fill } = createForms(rule, context, () => formsOf(rule.brands))
  const [sum] = sums as [Int32Array]
  const codes = new Int32Array(context.capacity)
  return {
    vector: {
      kind: 'pieces',
      pieces: [...pieces, { kind: 'code', dictionary: DIGITS, codes }],
      nulls: null,
    },
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++) codes[i] = (10 - ((sum[i] as number) % 10)) % 10
    },
  }
}
