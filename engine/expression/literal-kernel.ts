// Literals of expressions as kernels.

import { scaledOf } from '#engine/math/decimal.ts'
import type { Kernel } from '#engine/rules/kernel.ts'
import { codeVector, numberVector } from '#engine/rules/vector.ts'

const FINEST = 12

function fractionDigits(value: number): number {
  for (let digits = 0; digits < FINEST; digits++) {
    if (scaledOf(value, digits) / Number(`1e${digits}`) === value) return digits
  }
  return FINEST
}

/** A kernel that is filled for good. Numbers with a fraction are decimals, exact as written. */
export function literalKernel(value: string | number | boolean | null, capacity: number): Kernel {
  const fill = () => undefined
  if (typeof value === 'string') return { vector: codeVector([value], capacity), fill }
  if (value === null) {
    const nulls = new Uint8Array(capacity).fill(1)
    return { vector: { ...numberVector('int', 0, capacity), nulls }, fill }
  }
  if (typeof value === 'boolean') {
    const vector = numberVector('bool', 0, capacity)
    vector.values.fill(value ? 1 : 0)
    return { vector, fill }
  }
  const scale = fractionDigits(value)
  const vector = numberVector(scale === 0 ? 'int' : 'decimal', scale, capacity)
  vector.values.fill(scaledOf(value, scale))
  return { vector, fill }
}
