// Normalisation over the rows of a batch (Ioffe and Szegedy 2015).

import { add, divide, multiply, square, squareRoot, subtract } from './elementwise.ts'
import type { SymbolicTensor } from './graph.ts'
import { columnSums } from './linear.ts'
import { reshape, withGradient } from './shaping.ts'

const EPSILON = 1e-5

export type Normalised = { y: SymbolicTensor; mean: SymbolicTensor; variance: SymbolicTensor }

/**
 * x [rows, units] with mean 0 and variance 1 in each unit, times `scale`, plus `shift` (both [units]); and the mean and
 * variance (biased) that were removed, [1, units]. Its gradient is written by hand: half the operations, and what is
 * known by unit is multiplied before it meets the rows.
 */
export function batchNorm(
  x: SymbolicTensor,
  scale: SymbolicTensor,
  shift: SymbolicTensor,
): Normalised {
  const share = 1 / (x.shape[0] as number)
  const centre = multiply(columnSums(x), share)
  const centred = subtract(x, centre)
  const variance = multiply(columnSums(square(centred)), share)
  const inverse = divide(1, squareRoot(add(variance, EPSILON)))
  const factor = multiply(inverse, scale)
  const y = add(multiply(centred, factor), shift)
  const pulled = withGradient(y, [x, scale, shift], (slope) => {
    const toShift = columnSums(slope)
    const toScale = multiply(columnSums(multiply(slope, centred)), inverse)
    const level = multiply(multiply(toShift, share), factor)
    const tilt = multiply(multiply(multiply(toScale, share), inverse), factor)
    const toCentred = subtract(multiply(slope, factor), add(multiply(centred, tilt), level))
    return [toCentred, reshape(toScale, scale.shape), reshape(toShift, shift.shape)]
  })
  return { y: pulled, mean: centre, variance }
}

/** What makes it, for known mean and variance, a factor and a term: y = factor x + term. All by unit. */
export function foldBatchNorm(of: Record<'scale' | 'shift' | 'mean' | 'variance', Float32Array>): {
  factor: Float32Array
  term: Float32Array
} {
  const factor = of.scale.map(
    (scale, unit) => scale / Math.sqrt((of.variance[unit] as number) + EPSILON),
  )
  const term = of.shift.map(
    (shift, unit) => shift - (of.mean[unit] as number) * (factor[unit] as number),
  )
  return { factor, term }
}
