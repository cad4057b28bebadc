// swift and currency: codes of banks (ISO 9362) and of currencies (ISO 4217).

import { CURRENCIES } from '#engine/data/currencies.ts'
import { createForms } from './form-draw.ts'
import { CAPITALS, DIGITS, type Form, type Place, times } from './forms.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { codeVector } from './vector.ts'

const LOCATION: Place = [...CAPITALS.filter((letter) => letter !== 'O'), ...DIGITS.slice(2)]
const BRANCH: Place = [...CAPITALS.filter((letter) => letter !== 'X'), ...DIGITS]

/** Four letters, the country, two characters of the location, of which a 0 at the end marks a test code; a branch. */
export function swiftForm({ countries, length, test }: RuleOf<'swift'>): Form {
  const branch = length === 11 ? [BRANCH, ...times([...CAPITALS, ...DIGITS], 2)] : []
  return [...times(CAPITALS, 4), countries, LOCATION, test ? ['0'] : LOCATION, ...branch]
}

export function compileSwift(rule: RuleOf<'swift'>, context: RuleContext): Kernel {
  const { pieces, fill } = createForms(rule, context, () => ({ forms: [swiftForm(rule)] }))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}

export function compileCurrency(_: RuleOf<'currency'>, context: RuleContext): Kernel {
  const vector = codeVector(CURRENCIES, context.capacity)
  const draw = createIndexDraw(context, CURRENCIES.length)
  return { vector, fill: (rows) => draw(vector.codes, rows) }
}
