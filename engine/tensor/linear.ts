// Sums, products of matrices and soft choices along the last axis.

import { multiply } from './elementwise.ts'
import { allocate, only, type Shape, type SymbolicTensor, sizeOf } from './graph.ts'

/** Over these axes, or all. `keep` leaves them with length 1. */
export function sum(x: SymbolicTensor, axes?: readonly number[], keep = false): SymbolicTensor {
  return reduce('ReduceSum', x, axes ?? x.shape.map((_, axis) => axis), keep)
}

export function mean(x: SymbolicTensor, axes?: readonly number[], keep = false): SymbolicTensor {
  const total = sum(x, axes, keep)
  return multiply(total, sizeOf(total.shape) / sizeOf(x.shape))
}

/** As `sum` of the squares, which are never made. */
export function sumOfSquares(
  x: SymbolicTensor,
  axes?: readonly number[],
  keep = false,
): SymbolicTensor {
  return reduce('ReduceSumSquare', x, axes ?? x.shape.map((_, axis) => axis), keep)
}

/** Of a matrix, [1, columns]: a product with ones, as the runtime's sums take up to ten times as long. */
export function columnSums(x: SymbolicTensor): SymbolicTensor {
  return gemm(ones(x, [1, x.shape[0] as number]), x)
}

/** As `columnSums`, [rows, 1]. */
export function rowSums(x: SymbolicTensor): SymbolicTensor {
  return gemm(x, ones(x, [x.shape[1] as number, 1]))
}

function ones({ graph, dtype }: SymbolicTensor, shape: Shape): SymbolicTensor {
  const values = allocate(dtype, new Array<number>(sizeOf(shape)).fill(1))
  return graph.constant(`ones ${shape.join()}`, values, shape, dtype)
}

/** Has no gradient. */
export function largest(x: SymbolicTensor, axes: readonly number[], keep = false): SymbolicTensor {
  return reduce('ReduceMax', x, axes, keep)
}

function reduce(op: string, x: SymbolicTensor, axes: readonly number[], keep: boolean) {
  if (axes.length === 0) return x
  return only(
    x.graph.node({
      op,
      inputs: [x, x.graph.integers(axes)],
      attributes: { keepdims: keep ? 1 : 0 },
      outputs: [{ shape: reducedShape(x.shape, axes, keep), dtype: x.dtype }],
    }),
  )
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  if (keep) return shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  return shape.filter((_, axis) => !axes.includes(axis))
}

export type GemmOptions = { transposeA?: boolean; transposeB?: boolean; bias?: SymbolicTensor }

/** a times b, plus a bias that broadcasts; transposition is an attribute, so that gradients need no node for it. */
export function gemm(
  a: SymbolicTensor,
  b: SymbolicTensor,
  { transposeA = false, transposeB = false, bias }: GemmOptions = {},
): SymbolicTensor {
  const rows = a.shape[transposeA ? 1 : 0] as number
  const columns = b.shape[transposeB ? 0 : 1] as number
  if (a.shape[transposeA ? 0 : 1] !== b.shape[transposeB ? 1 : 0])
    throw new Error(
      `[${a.shape.join()}]${transposeA ? "'" : ''} times [${b.shape.join()}]${transposeB ? "'" : ''}`,
    )
  return only(
    a.graph.node({
      op: 'Gemm',
      inputs: bias === undefined ? [a, b] : [a, b, bias],
      attributes: { transA: Number(transposeA), transB: Number(transposeB) },
      outputs: [{ shape: [rows, columns], dtype: a.dtype }],
    }),
  )
}

/** Along the last axis. */
export function softmax(x: SymbolicTensor): SymbolicTensor {
  return only(x.graph.node({ op: 'Softmax', inputs: [x], attributes: { axis: -1 }, outputs: [x] }))
}

/** Along the last axis. */
export function logSoftmax(x: SymbolicTensor): SymbolicTensor {
  return only(
    x.graph.node({ op: 'LogSoftmax', inputs: [x], attributes: { axis: -1 }, outputs: [x] }),
  )
}

/** Sums of the elements up to each, along the last axis. Has no gradient. */
export function cumulativeSum(x: SymbolicTensor): SymbolicTensor {
  const axis = x.graph.scalar(x.shape.length - 1, 'int64')
  return only(x.graph.node({ op: 'CumSum', inputs: [x, axis], outputs: [x] }))
}
