// Functions over numbers: round, floor, ceil, abs and range, which draws.

import { pow10, roundHalfAway } from '#engine/math/decimal.ts'
import { unitOf } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import type { NumberKernel } from '#engine/rules/kernel.ts'
import {
  addAll,
  aligned,
  type Loop,
  mapNumbers,
  multiplyAll,
  roundedTo,
  scaleOf,
} from './numbers.ts'
import { ExpressionError } from './problem.ts'
import { asNumbers, isNumeric, type Typed, typed, wider } from './typed.ts'

const FINEST = 15

/** ExpressionError unless it is a number. */
export function requireNumber(operand: Typed, name: string): void {
  if (isNumeric(operand.kind)) return
  throw new ExpressionError(operand.at, `${name} needs a number, not ${operand.kind}`)
}

function rounded(kernel: NumberKernel, digits: number, capacity: number): NumberKernel {
  if (kernel.vector.type !== 'float' || digits > 0) return roundedTo(kernel, digits, capacity)
  return mapNumbers(capacity, { type: 'int', scale: 0 }, [kernel], { loop: roundAll })
}

const roundAll: Loop = (out, a, _b, n) => {
  for (let i = 0; i < n; i++) out[i] = roundHalfAway(a[i] as number)
}

/** `round(x)` and `round(x, digits)`, halves away from zero; `digits` is a literal from 0 to 15. */
export function round(operand: Typed, places: Typed | null): Typed {
  requireNumber(operand, 'round(...)')
  const digits = places ? places.literal : 0
  if (typeof digits !== 'number' || !Number.isInteger(digits) || digits < 0 || digits > FINEST) {
    throw new ExpressionError(places?.at ?? operand.at, `round(x, digits) takes 0 to ${FINEST}`)
  }
  const kind = digits === 0 ? 'int' : operand.kind
  return typed(operand.at, kind, (building) =>
    rounded(asNumbers(operand.build(building, digits)), digits, building.context.capacity),
  )
}

/** `floor(x)` and `ceil(x)`. */
export function roundOneWay(which: 'floor' | 'ceil', operand: Typed): Typed {
  requireNumber(operand, `${which}(...)`)
  return typed(operand.at, 'int', (building) => {
    const kernel = asNumbers(operand.build(building, null))
    const unit = pow10(scaleOf(kernel))
    const shape = { type: 'int', scale: 0 } as const
    const floorAll: Loop = (out, a, _b, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.floor((a[i] as number) / unit)
    }
    const ceilAll: Loop = (out, a, _b, n) => {
      for (let i = 0; i < n; i++) out[i] = Math.ceil((a[i] as number) / unit)
    }
    const loop = which === 'floor' ? floorAll : ceilAll
    return mapNumbers(building.context.capacity, shape, [kernel], { loop })
  })
}

/** `abs(x)`. */
export function absolute(operand: Typed): Typed {
  if (operand.kind !== 'duration') requireNumber(operand, 'abs(...)')
  return typed(operand.at, operand.kind, (building, wanted) => {
    const kernel = asNumbers(operand.build(building, wanted))
    return mapNumbers(building.context.capacity, kernel.vector, [kernel], Math.abs)
  })
}

const wholeShares: Loop = (out, units, spans, n) => {
  for (let i = 0; i < n; i++) out[i] = Math.floor((units[i] as number) * (spans[i] as number))
}

/** `range(a, b)`: a random number from a to b, both included; whole or decimal as they are. */
export function randomRange(low: Typed, high: Typed): Typed {
  requireNumber(low, 'range(...)')
  requireNumber(high, 'range(...)')
  if (typeof low.literal === 'number' && typeof high.literal === 'number') {
    const hint = `Write range(${high.literal}, ${low.literal})`
    if (low.literal > high.literal) {
      const message = `range goes from ${low.literal} down to ${high.literal}`
      throw new ExpressionError(low.at, message, { hint })
    }
  }
  const kind = wider(low.kind, high.kind)
  return typed(low.at, kind, (building) => {
    const { capacity, random, stream } = building.context
    const ordinal = building.nextOrdinal()
    const a = asNumbers(low.build(building, null))
    const b = asNumbers(high.build(building, null))
    const [from, to] = aligned(a, b, capacity)
    const inclusive = kind === 'float' ? 0 : 1
    const units = new Float64Array(capacity)
    const drawn: NumberKernel = {
      vector: { ...from.vector, values: units, nulls: null },
      fill(rows: Rows) {
        const [w0, w1] = random.words(rows, stream, ordinal)
        for (let i = 0; i < rows.n; i++) units[i] = unitOf(w0[i] as number, w1[i] as number)
      },
    }
    const shape = { type: from.vector.type, scale: from.vector.scale }
    const width: Loop = (out, x, y, n) => {
      for (let i = 0; i < n; i++) out[i] = (x[i] as number) - (y[i] as number) + inclusive
    }
    const span = mapNumbers(capacity, shape, [to, from], { loop: width })
    const offset = mapNumbers(capacity, shape, [drawn, span], {
      loop: inclusive === 1 ? wholeShares : multiplyAll,
    })
    return mapNumbers(capacity, shape, [from, offset], { loop: addAll })
  })
}
