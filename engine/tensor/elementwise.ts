// Elementwise operations on symbolic tensors, broadcasting as ONNX (and NumPy) do.

import { only, type Shape, type SymbolicTensor, sameShape, sizeOf } from './graph.ts'
import { DTYPES, type DType } from './onnx.ts'

/** A tensor, or a number taken as a scalar of the other operand's type. */
export type Operand = SymbolicTensor | number

export function add(a: Operand, b: Operand): SymbolicTensor {
  const [x, y] = lifted(a, b)
  if (isScalar(x, 0)) return y
  if (isScalar(y, 0)) return x
  return binary('Add', x, y)
}

/** As `add`, of equal shapes: the runtime makes it part of a product that one of them is, if nothing else reads that. */
export function accumulate(x: SymbolicTensor, y: SymbolicTensor): SymbolicTensor {
  return sameShape(x.shape, y.shape) ? binary('Sum', x, y) : add(x, y)
}

export function subtract(a: Operand, b: Operand): SymbolicTensor {
  return binary('Sub', ...lifted(a, b))
}

export function multiply(a: Operand, b: Operand): SymbolicTensor {
  const [x, y] = lifted(a, b)
  if (isScalar(x, 1)) return y
  if (isScalar(y, 1)) return x
  return binary('Mul', x, y)
}

export function divide(a: Operand, b: Operand): SymbolicTensor {
  return binary('Div', ...lifted(a, b))
}

/** Has no gradient. */
export function power(a: Operand, b: Operand): SymbolicTensor {
  return binary('Pow', ...lifted(a, b))
}

/** Has no gradient. */
export function minimum(a: Operand, b: Operand): SymbolicTensor {
  return binary('Min', ...lifted(a, b))
}

/** Has no gradient. */
export function maximum(a: Operand, b: Operand): SymbolicTensor {
  return binary('Max', ...lifted(a, b))
}

export function greater(a: Operand, b: Operand): SymbolicTensor {
  return binary('Greater', ...lifted(a, b), 'bool')
}

export function equal(a: Operand, b: Operand): SymbolicTensor {
  return binary('Equal', ...lifted(a, b), 'bool')
}

export function square(x: SymbolicTensor): SymbolicTensor {
  return multiply(x, x)
}

export function negate(x: SymbolicTensor): SymbolicTensor {
  if (x.node.op === 'Neg') return x.node.inputs[0] as SymbolicTensor
  return unary('Neg', x)
}

export const exponential = (x: SymbolicTensor): SymbolicTensor => unary('Exp', x)
export const logarithm = (x: SymbolicTensor): SymbolicTensor => unary('Log', x)
export const squareRoot = (x: SymbolicTensor): SymbolicTensor => unary('Sqrt', x)
export const hyperbolicTangent = (x: SymbolicTensor): SymbolicTensor => unary('Tanh', x)
export const relu = (x: SymbolicTensor): SymbolicTensor => unary('Relu', x)
/** Has no gradient. */
export const absolute = (x: SymbolicTensor): SymbolicTensor => unary('Abs', x)
export const sine = (x: SymbolicTensor): SymbolicTensor => unary('Sin', x)
export const cosine = (x: SymbolicTensor): SymbolicTensor => unary('Cos', x)

/** Has no gradient. */
export function clip(x: SymbolicTensor, low: number, high: number): SymbolicTensor {
  return only(
    x.graph.node({
      op: 'Clip',
      inputs: [x, x.graph.scalar(low, x.dtype), x.graph.scalar(high, x.dtype)],
      outputs: [x],
    }),
  )
}

/** `below` (at least 0) where x is 0 or less, else `above`: two cheap passes in place of a comparison and a choice. Has no gradient. */
export function stepped(x: SymbolicTensor, below: number, above: number): SymbolicTensor {
  return clip(multiply(x, STEEP), below, above)
}

/** `stepped` from 0 to 1, in one pass. Has no gradient. */
export function steppedToOne(x: SymbolicTensor): SymbolicTensor {
  const attributes = { alpha: { float: STEEP }, beta: { float: 0 } }
  return only(x.graph.node({ op: 'HardSigmoid', inputs: [x], attributes, outputs: [x] }))
}

/** Takes every normal number to 1 or more. */
const STEEP = 3e38

/** Has no gradient. */
export function cast(x: SymbolicTensor, dtype: DType = x.graph.real): SymbolicTensor {
  if (x.dtype === dtype) return x
  return only(
    x.graph.node({
      op: 'Cast',
      inputs: [x],
      attributes: { to: DTYPES[dtype] },
      outputs: [{ shape: x.shape, dtype }],
    }),
  )
}

/** `a` where the boolean tensor is true, else `b`. */
export function where(condition: SymbolicTensor, a: Operand, b: Operand): SymbolicTensor {
  const x = typeof a === 'number' ? condition.graph.scalar(a) : a
  const y = typeof b === 'number' ? condition.graph.scalar(b) : b
  const shape = broadcastShape(condition.shape, broadcastShape(x.shape, y.shape))
  const inputs = [condition, x, y]
  return only(x.graph.node({ op: 'Where', inputs, outputs: [{ shape, dtype: x.dtype }] }))
}

/** The shape both stretch to. Throws where a length differs and neither is 1. */
function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1)
      throw new Error(`[${a.join()}] and [${b.join()}] do not broadcast`)
    return x === 1 ? y : x
  })
}

function lifted(a: Operand, b: Operand): [SymbolicTensor, SymbolicTensor] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? a.graph.scalar(b, a.dtype) : b]
  if (typeof b === 'number') throw new Error('two numbers are not a tensor')
  return [b.graph.scalar(a, b.dtype), b]
}

function isScalar({ node, shape }: SymbolicTensor, value: number): boolean {
  const data = node.leaf?.data
  return data !== undefined && shape.length === 0 && Number(data[0]) === value
}

function unary(op: string, x: SymbolicTensor): SymbolicTensor {
  const small = unexpanded(x)
  if (small !== undefined) return expandTo(unary(op, small), x.shape)
  return only(x.graph.node({ op, inputs: [x], outputs: [x] }))
}

function binary(op: string, a: SymbolicTensor, b: SymbolicTensor, dtype = a.dtype): SymbolicTensor {
  const shape = broadcastShape(a.shape, b.shape)
  const small = sizeOf(b.shape) === 1 && sameShape(a.shape, shape) ? unexpanded(a) : undefined
  if (small !== undefined) return expandTo(binary(op, small, b, dtype), shape)
  const x = withoutExpand(a, b, shape)
  const y = withoutExpand(b, x, shape)
  return only(a.graph.node({ op, inputs: [x, y], outputs: [{ shape, dtype }] }))
}

function unexpanded({ node }: SymbolicTensor): SymbolicTensor | undefined {
  return node.op === 'Expand' ? node.inputs[0] : undefined
}

/** What is the same for many elements is computed before it is repeated for them. */
function expandTo(x: SymbolicTensor, shape: Shape): SymbolicTensor {
  const { graph, dtype } = x
  if (sameShape(x.shape, shape)) return x
  const inputs = [x, graph.integers(shape)]
  return only(graph.node({ op: 'Expand', inputs, outputs: [{ shape, dtype }] }))
}

/** An expanded operand's original does where broadcasting stretches it as far: no copy is made. */
function withoutExpand(x: SymbolicTensor, other: SymbolicTensor, shape: Shape): SymbolicTensor {
  const original = unexpanded(x)
  if (original === undefined) return x
  return sameShape(broadcastShape(original.shape, other.shape), shape) ? original : x
}
