// Reverse-mode differentiation. Each rule is written with the same symbolic operations, so a gradient can be
// differentiated again, to any order (Griewank and Walther, Evaluating Derivatives, chapter 3).

import {
  accumulate,
  cosine,
  divide,
  exponential,
  multiply,
  negate,
  sine,
  steppedToOne,
  subtract,
  where,
} from './elementwise.ts'
import {
  type GraphNode,
  keyOfTensor,
  type Pullback,
  type Shape,
  type SymbolicTensor,
  sameShape,
  sizeOf,
} from './graph.ts'
import { columnSums, gemm, sum } from './linear.ts'
import { concatenate, expand, filled, gatherRows, reshape, scatterRows, split } from './shaping.ts'

/** The gradient of y (of the sum of its elements, unless `seed` weighs them) with respect to each of `inputs`. */
export function gradients(
  y: SymbolicTensor,
  inputs: readonly SymbolicTensor[],
  seed: SymbolicTensor = filled(y, 1, y.shape),
): SymbolicTensor[] {
  const order = nodesBefore(y)
  const depends = dependentsOf(order, inputs)
  const known = new Map([[keyOfTensor(y), seed]])
  for (const node of order.toReversed()) {
    const pullback = pullbackOf(node)
    const arriving = node.outputs.map((output) => known.get(keyOfTensor(output)))
    if (pullback === undefined || arriving.every((gradient) => gradient === undefined)) continue
    if (!node.inputs.some((input) => depends.has(keyOfTensor(input)))) continue
    for (const [at, gradient] of pullback(arriving).entries()) {
      const key = keyOfTensor(node.inputs[at] as SymbolicTensor)
      if (gradient === undefined || !depends.has(key)) continue
      const other = known.get(key)
      known.set(key, other === undefined ? gradient : accumulate(other, gradient))
    }
  }
  return inputs.map((input) => known.get(keyOfTensor(input)) ?? filled(input, 0, input.shape))
}

/** Ascending by id: each after its inputs. */
function nodesBefore(y: SymbolicTensor): GraphNode[] {
  const found = new Set<GraphNode>()
  const stack = [y.node]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue
    found.add(node)
    for (const input of node.inputs) stack.push(input.node)
  }
  return [...found].sort((a, b) => a.id - b.id)
}

/** Keys of tensors through which y depends on one of `inputs`. */
function dependentsOf(order: GraphNode[], inputs: readonly SymbolicTensor[]): Set<string> {
  const depends = new Set(inputs.map(keyOfTensor))
  for (const node of order) {
    if (pullbackOf(node) === undefined) continue
    if (!node.inputs.some((input) => depends.has(keyOfTensor(input)))) continue
    for (const output of node.outputs) depends.add(keyOfTensor(output))
  }
  return depends
}

function pullbackOf(node: GraphNode): Pullback | undefined {
  if (node.pullback !== undefined) return node.pullback
  const rule = RULES[node.op]
  if (rule === undefined) return undefined
  return (arriving) => rule(node, arriving)
}

type Rule = (
  node: GraphNode,
  arriving: (SymbolicTensor | undefined)[],
) => (SymbolicTensor | undefined)[]

/** Of an op with one output: its gradient, the output itself, its inputs. */
type Simple = (
  gradient: SymbolicTensor,
  y: SymbolicTensor,
  ...inputs: SymbolicTensor[]
) => (SymbolicTensor | undefined)[]

function simple(rule: Simple): Rule {
  return ({ outputs, inputs }, arriving) =>
    rule(arriving[0] as SymbolicTensor, outputs[0] as SymbolicTensor, ...inputs)
}

/** As `simple`, with gradients summed over what broadcasting stretched. */
function broadcast(rule: Simple): Rule {
  return (node, arriving) =>
    simple(rule)(node, arriving).map((gradient, at) =>
      gradient === undefined
        ? undefined
        : summedTo(gradient, (node.inputs[at] as SymbolicTensor).shape),
    )
}

const last = ({ shape }: SymbolicTensor): number => shape.length - 1

/** By op. An op that is not here has no gradient: nothing flows through it. */
const RULES: Readonly<Record<string, Rule>> = {
  Add: broadcast((g) => [g, g]),
  Sum: broadcast((g) => [g, g]),
  Sub: broadcast((g) => [g, negate(g)]),
  Mul: broadcast((g, _y, a, b) => {
    const [x, y] = [a as SymbolicTensor, b as SymbolicTensor]
    return x === y ? [multiply(multiply(g, 2), x)] : [multiply(g, y), multiply(g, x)]
  }),
  Div: broadcast((g, y, _a, b) => {
    const quotient = divide(g, b as SymbolicTensor)
    return [quotient, negate(multiply(quotient, y))]
  }),
  Where: broadcast((g, _y, condition) => [
    undefined,
    where(condition as SymbolicTensor, g, g.graph.scalar(0)),
    where(condition as SymbolicTensor, g.graph.scalar(0), g),
  ]),
  Neg: simple((g) => [negate(g)]),
  Exp: simple((g, y) => [multiply(g, y)]),
  Log: simple((g, _y, x) => [divide(g, x as SymbolicTensor)]),
  Sqrt: simple((g, y) => [divide(multiply(g, 0.5), y)]),
  Tanh: simple((g, y) => [multiply(g, subtract(1, multiply(y, y)))]),
  Relu: simple((g, y) => [multiply(g, steppedToOne(y))]),
  Sin: simple((g, _y, x) => [multiply(g, cosine(x as SymbolicTensor))]),
  Cos: simple((g, _y, x) => [negate(multiply(g, sine(x as SymbolicTensor)))]),
  Reshape: simple((g, _y, x) => [reshape(g, (x as SymbolicTensor).shape)]),
  Expand: simple((g, _y, x) => [summedTo(g, (x as SymbolicTensor).shape)]),
  Concat: ({ inputs, attributes }, [g]) => {
    const axis = attributes['axis'] as number
    const lengths = inputs.map(({ shape }) => shape[axis] as number)
    return [...split(g as SymbolicTensor, lengths, axis)]
  },
  Split: ({ outputs, attributes }, arriving) => [
    concatenate(
      outputs.map((output, at) => arriving[at] ?? filled(output, 0, output.shape)),
      attributes['axis'] as number,
    ),
  ],
  Gather: simple((g, _y, table, index) => {
    const { shape } = table as SymbolicTensor
    const count = sizeOf((index as SymbolicTensor).shape)
    const values = reshape(g, [count, ...shape.slice(1)])
    return [scatterRows(values, index as SymbolicTensor, shape[0] as number)]
  }),
  ScatterAddRows: simple((g, _y, _zeros, index) => [
    undefined,
    undefined,
    gatherRows(g, reshape(index as SymbolicTensor, [(index as SymbolicTensor).shape[0] as number])),
  ]),
  ReduceSum: (node, [g]) => [unreduced(node, g as SymbolicTensor)],
  ReduceSumSquare: (node, [g]) => [
    multiply(unreduced(node, multiply(g as SymbolicTensor, 2)), node.inputs[0] as SymbolicTensor),
  ],
  Gemm: ({ inputs, attributes }, [g]) => gemmGradients(g as SymbolicTensor, inputs, attributes),
  Softmax: simple((g, y) => [multiply(y, subtract(g, sum(multiply(g, y), [last(y)], true)))]),
  LogSoftmax: simple((g, y) => [subtract(g, multiply(exponential(y), sum(g, [last(y)], true)))]),
}

/** What arrives at a sum for each element of it. The sum's axes are a constant among its inputs. */
function unreduced({ inputs, outputs }: GraphNode, g: SymbolicTensor): SymbolicTensor {
  const [x, axes] = inputs as [SymbolicTensor, SymbolicTensor]
  const summed = Array.from(axes.node.leaf?.data ?? [], Number)
  const kept = sameShape((outputs[0] as SymbolicTensor).shape, x.shape)
    ? x.shape
    : x.shape.map((length, axis) => (summed.includes(axis) ? 1 : length))
  return expand(reshape(g, kept), x.shape)
}

function gemmGradients(
  g: SymbolicTensor,
  [a, b, bias]: readonly SymbolicTensor[],
  attributes: GraphNode['attributes'],
): SymbolicTensor[] {
  const [left, right] = [a as SymbolicTensor, b as SymbolicTensor]
  const [transposeA, transposeB] = [attributes['transA'] === 1, attributes['transB'] === 1]
  return [
    transposeA
      ? gemm(right, g, { transposeA: transposeB, transposeB: true })
      : gemm(g, right, { transposeB: !transposeB }),
    transposeB
      ? gemm(g, left, { transposeA: true, transposeB: transposeA })
      : slopeOfRight(left, g, transposeA),
    ...(bias === undefined ? [] : [summedTo(g, bias.shape)]),
  ]
}

/** Of a single column as a row times a matrix, which takes a third of the time. */
function slopeOfRight(left: SymbolicTensor, g: SymbolicTensor, transposeA: boolean) {
  const [rows, columns] = g.shape as [number, number]
  if (columns > 1 || transposeA) return gemm(left, g, { transposeA: !transposeA })
  return reshape(gemm(reshape(g, [1, rows]), left), [left.shape[1] as number, 1])
}

/** Sums over the axes that broadcasting added or stretched. */
function summedTo(g: SymbolicTensor, shape: Shape): SymbolicTensor {
  if (sameShape(g.shape, shape)) return g
  const added = g.shape.length - shape.length
  const axes = g.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < added || (shape[axis - added] === 1 && g.shape[axis] !== 1))
  const isOfRows = g.shape.length === 2 && axes.length === 1 && axes[0] === 0
  return reshape(isOfRows ? columnSums(g) : sum(g, axes), shape)
}
