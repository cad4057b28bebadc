// phone: numbers of a locale's country that its numbering plan has; or, without a format, a locale's patterns filled
// with digits, as configs of earlier releases resolved.

import { AppError } from '#engine/errors.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import { createForms } from './form-draw.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { phoneForms } from './phone-forms.ts'
import type { Piece } from './vector.ts'

const LARGEST_CAPACITY = 1e15

/** How many numbers a pattern has: ten for each `#`, eight for each `!`. */
function capacityOf(pattern: string): number {
  let capacity = 1
  for (const char of pattern) capacity *= char === '#' ? 10 : char === '!' ? 8 : 1
  return capacity
}

/** Patterns that one number below 2^53 fills; of unique columns only one, as two may make the same text. */
function usablePatterns(rule: RuleOf<'phone'>, context: RuleContext): string[] {
  const patterns = [...new Set(context.words(rule.locale).phone.patterns)]
  const usable = patterns.filter((pattern) => capacityOf(pattern) <= LARGEST_CAPACITY)
  if (usable.length === 0) throw new AppError('unsupported', `no phone numbers for ${rule.locale}`)
  if (!context.unique) return usable
  const most = Math.max(...usable.map(capacityOf))
  return usable.filter((pattern) => capacityOf(pattern) === most).slice(0, 1)
}

function createDraw(context: RuleContext, codes: Int32Array, capacities: Float64Array) {
  const { random, stream } = context
  const factor = capacities.length / 4_294_967_296
  return (numbers: Float64Array, rows: Rows) => {
    const [choice, , high, low] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      const code = ((choice[i] as number) * factor) | 0
      codes[i] = code
      const unit = unitOf(high[i] as number, low[i] as number)
      numbers[i] = Math.floor(unit * (capacities[code] as number))
    }
  }
}

export function compilePhone(rule: RuleOf<'phone'>, context: RuleContext): Kernel {
  if (rule.format === undefined) return compilePatterns(rule, context)
  const { locale, format } = rule
  const { pieces, fill } = createForms(rule, context, () => phoneForms(locale, format))
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}

function compilePatterns(rule: RuleOf<'phone'>, context: RuleContext): Kernel {
  const patterns = usablePatterns(rule, context)
  const capacities = Float64Array.from(patterns, capacityOf)
  const codes = new Int32Array(context.capacity)
  const numbers = new Float64Array(context.capacity)
  const pieces: Piece[] = [{ kind: 'mask', patterns, codes, numbers }]
  const vector = { kind: 'pieces', pieces, nulls: null } as const
  if (!context.unique) {
    const draw = createDraw(context, codes, capacities)
    return { vector, fill: (rows) => draw(numbers, rows) }
  }
  const capacity = capacities[0] as number
  const permute = uniqueDraw(context, capacity)
  return { vector, fill: (rows) => permute(numbers, rows) }
}
