// Loops over the numbers of expressions: null where an operand is null or the result is no number.

import { divideRounded, pow10, roundTo } from '#engine/math/decimal.ts'
import type { NumberKernel } from '#engine/rules/kernel.ts'
import { type NumberType, numberVector } from '#engine/rules/vector.ts'

type Operation = (a: number, b: number) => number

/** An operation over whole arrays, for those that a call a row would slow down. */
export type Loop = (out: Float64Array, a: Float64Array, b: Float64Array, n: number) => void

const rowByRow =
  (operation: Operation): Loop =>
  (out, a, b, n) => {
    for (let i = 0; i < n; i++) out[i] = operation(a[i] as number, b[i] as number)
  }

/** A number kernel filled by `run` after its operands; `nullable` gives it a mask to fill as well. */
export function derived(
  capacity: number,
  shape: { type: NumberType; scale: number; nullable: boolean },
  operands: readonly NumberKernel[],
  run: (values: Float64Array, nulls: Uint8Array | null, n: number) => void,
): NumberKernel {
  const nulls = shape.nullable ? new Uint8Array(capacity) : null
  const vector = { ...numberVector(shape.type, shape.scale, capacity), nulls }
  return {
    vector,
    fill(rows) {
      for (const operand of operands) operand.fill(rows)
      run(vector.values, nulls, rows.n)
    },
  }
}

/** 1 where any of the operands is null. */
function uniteNulls(nulls: Uint8Array, operands: readonly (Uint8Array | null)[], n: number): void {
  nulls.fill(0, 0, n)
  for (const operand of operands) {
    if (operand)
      for (let i = 0; i < n; i++) nulls[i] = (nulls[i] as number) | (operand[i] as number)
  }
}

function dropNonNumbers(values: Float64Array, nulls: Uint8Array, n: number): void {
  for (let i = 0; i < n; i++) {
    if (Number.isFinite(values[i])) continue
    values[i] = 0
    nulls[i] = 1
  }
}

/**
 * An operation over one or two operands. `partial`: it may give NaN or an infinity, which become null.
 */
export function mapNumbers(
  capacity: number,
  shape: { type: NumberType; scale: number; partial?: boolean },
  operands: readonly [NumberKernel, NumberKernel?],
  by: Operation | { loop: Loop },
): NumberKernel {
  const loop = typeof by === 'function' ? rowByRow(by) : by.loop
  const [left, right = left] = operands
  const used = left === right ? [left] : [left, right]
  const masks = used.map((operand) => operand.vector.nulls)
  const partial = shape.partial === true
  const nullable = partial || used.some((operand) => operand.vector.nulls)
  const a = left.vector.values
  const b = right.vector.values
  return derived(capacity, { ...shape, nullable }, used, (values, nulls, n) => {
    loop(values, a, b, n)
    if (!nulls) return
    uniteNulls(nulls, masks, n)
    if (partial) dropNonNumbers(values, nulls, n)
  })
}

export const addAll: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) + (b[i] as number)
}

export const subtractAll: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) - (b[i] as number)
}

export const multiplyAll: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) * (b[i] as number)
}

export const divideAll: Loop = (out, a, b, n) => {
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) / (b[i] as number)
}

const divideBy =
  (divisor: number): Loop =>
  (out, a, _b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) / divisor
  }

const multiplyBy =
  (factor: number): Loop =>
  (out, a, _b, n) => {
    for (let i = 0; i < n; i++) out[i] = (a[i] as number) * factor
  }

/** The kernel as doubles; decimals divided by their unit. */
export function toFloat(kernel: NumberKernel, capacity: number): NumberKernel {
  const { type, scale } = kernel.vector
  if (type !== 'decimal') return { ...kernel, vector: { ...kernel.vector, type: 'float' } }
  const unit = pow10(scale)
  return mapNumbers(capacity, { type: 'float', scale }, [kernel], { loop: divideBy(unit) })
}

/** The kernel as integers of a larger scale. */
export function toScale(kernel: NumberKernel, scale: number, capacity: number): NumberKernel {
  const own = kernel.vector.type === 'decimal' ? kernel.vector.scale : 0
  const type = scale === 0 ? 'int' : 'decimal'
  if (own === scale) return { ...kernel, vector: { ...kernel.vector, type, scale } }
  const factor = pow10(scale - own)
  return mapNumbers(capacity, { type, scale }, [kernel], { loop: multiplyBy(factor) })
}

/** Numbers rounded to `digits`, halves away from zero: floats as such, decimals to that scale. */
export function roundedTo(kernel: NumberKernel, digits: number, capacity: number): NumberKernel {
  const { type, scale } = kernel.vector
  if (type === 'float') {
    const loop: Loop = (out, a, _b, n) => {
      for (let i = 0; i < n; i++) out[i] = roundTo(a[i] as number, digits)
    }
    return mapNumbers(capacity, { type, scale: digits }, [kernel], { loop })
  }
  if (type !== 'decimal' || scale <= digits) return kernel
  const unit = pow10(scale - digits)
  const loop: Loop = (out, a, _b, n) => {
    for (let i = 0; i < n; i++) out[i] = divideRounded(a[i] as number, unit)
  }
  const shape = { type: digits === 0 ? 'int' : 'decimal', scale: digits } as const
  return mapNumbers(capacity, shape, [kernel], { loop })
}

/** Scale of an exact number. */
export function scaleOf({ vector }: NumberKernel): number {
  return vector.type === 'decimal' ? vector.scale : 0
}

/** Two numbers brought to one type and scale: doubles if either is one, else the finer scale of the two. */
export function aligned(
  a: NumberKernel,
  b: NumberKernel,
  capacity: number,
): [NumberKernel, NumberKernel] {
  if (a.vector.type === 'float' || b.vector.type === 'float') {
    return [toFloat(a, capacity), toFloat(b, capacity)]
  }
  const scale = Math.max(scaleOf(a), scaleOf(b))
  return [toScale(a, scale, capacity), toScale(b, scale, capacity)]
}
