// Operations that move values and compute nothing: reshape, expand, join, cut, gather.

import { cast } from './elementwise.ts'
import { only, type Shape, type SymbolicTensor, sameShape } from './graph.ts'

export function reshape(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(x.shape, shape)) return x
  return only(
    x.graph.node({
      op: 'Reshape',
      inputs: [x, x.graph.integers(shape)],
      outputs: [{ shape, dtype: x.dtype }],
    }),
  )
}

/** Rows of a matrix as its columns. Has no gradient. */
export function transpose(x: SymbolicTensor): SymbolicTensor {
  const shape = [x.shape[1] as number, x.shape[0] as number]
  const outputs = [{ shape, dtype: x.dtype }]
  return only(x.graph.node({ op: 'Transpose', inputs: [x], attributes: { perm: [1, 0] }, outputs }))
}

/** Repeats along the axes whose length is 1, as broadcasting does. */
export function expand(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(x.shape, shape)) return x
  return only(
    x.graph.node({
      op: 'Expand',
      inputs: [x, x.graph.integers(shape)],
      outputs: [{ shape, dtype: x.dtype }],
    }),
  )
}

/** The value everywhere. */
export function filled(like: SymbolicTensor, value: number, shape: Shape): SymbolicTensor {
  return expand(like.graph.scalar(value, like.dtype), shape)
}

/** At least one part; they differ along `axis` alone. */
export function concatenate(parts: readonly SymbolicTensor[], axis: number): SymbolicTensor {
  const first = parts[0] as SymbolicTensor
  if (parts.length === 1) return first
  const length = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
  const shape = first.shape.with(axis, length)
  return only(
    first.graph.node({
      op: 'Concat',
      inputs: parts,
      attributes: { axis },
      outputs: [{ shape, dtype: first.dtype }],
    }),
  )
}

/** Parts of these lengths along `axis`, which together are all of it. */
export function split(
  x: SymbolicTensor,
  lengths: readonly number[],
  axis: number,
): readonly SymbolicTensor[] {
  if (lengths.length === 1) return [x]
  if (isConcatenationOf(x, lengths, axis)) return x.node.inputs
  const outputs = lengths.map((length) => ({ shape: x.shape.with(axis, length), dtype: x.dtype }))
  const inputs = [x, x.graph.integers(lengths)]
  return x.graph.node({ op: 'Split', inputs, attributes: { axis }, outputs }).outputs
}

function isConcatenationOf(x: SymbolicTensor, lengths: readonly number[], axis: number): boolean {
  const { op, attributes, inputs } = x.node
  if (op !== 'Concat' || attributes['axis'] !== axis) return false
  return sameShape(
    inputs.map(({ shape }) => shape[axis] as number),
    lengths,
  )
}

/** Rows of `table` by number: the result has the shape of `index` and then that of a row. */
export function gatherRows(table: SymbolicTensor, index: SymbolicTensor): SymbolicTensor {
  return only(
    table.graph.node({
      op: 'Gather',
      inputs: [table, index],
      attributes: { axis: 0 },
      outputs: [{ shape: [...index.shape, ...table.shape.slice(1)], dtype: table.dtype }],
    }),
  )
}

/**
 * The opposite: a table of `rows` rows of zeros with each row of `values` added where `index` says. Two dimensions,
 * an index of one; sums are made in the order of the index, so they are the same each time.
 */
export function scatterRows(
  values: SymbolicTensor,
  index: SymbolicTensor,
  rows: number,
): SymbolicTensor {
  const [count, width] = values.shape as [number, number]
  const shape = [rows, width]
  return only(
    values.graph.node({
      op: 'ScatterAddRows',
      inputs: [filled(values, 0, shape), reshape(cast(index, 'int64'), [count, 1]), values],
      outputs: [{ shape, dtype: values.dtype }],
    }),
  )
}

/** The first `rows` of all. Has no gradient. */
export function firstRows(x: SymbolicTensor, rows: number): SymbolicTensor {
  const { graph, dtype, shape } = x
  if (shape[0] === rows) return x
  const inputs = [x, ...[[0], [rows], [0]].map((numbers) => graph.integers(numbers))]
  return only(graph.node({ op: 'Slice', inputs, outputs: [{ shape: shape.with(0, rows), dtype }] }))
}

/** Columns of a matrix by number, with repetition. Has no gradient. */
export function gatherColumns(x: SymbolicTensor, columns: readonly number[]): SymbolicTensor {
  return only(
    x.graph.node({
      op: 'GatherColumns',
      inputs: [x, x.graph.integers(columns)],
      attributes: { axis: 1 },
      outputs: [{ shape: [x.shape[0] as number, columns.length], dtype: x.dtype }],
    }),
  )
}

/** The same values, cut off from differentiation. */
export function detach(x: SymbolicTensor): SymbolicTensor {
  return only(x.graph.node({ op: 'Identity', inputs: [x], outputs: [x], pullback: () => [] }))
}

/** y, whose gradient with respect to `inputs` (from which it was computed) is given by hand. */
export function withGradient(
  y: SymbolicTensor,
  inputs: readonly SymbolicTensor[],
  pullback: (gradient: SymbolicTensor) => SymbolicTensor[],
): SymbolicTensor {
  return only(
    y.graph.node({
      op: 'Identity',
      inputs: [y, ...inputs],
      outputs: [y],
      pullback: ([gradient]) => [undefined, ...pullback(gradient as SymbolicTensor)],
    }),
  )
}
