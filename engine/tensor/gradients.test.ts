// Gradients of every operation against finite differences in float64, to the second and third order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import ort from 'onnxruntime-node'
import {
  add,
  cosine,
  divide,
  exponential,
  greater,
  logarithm,
  multiply,
  negate,
  relu,
  sine,
  square,
  squareRoot,
  subtract,
  hyperbolicTangent as tanh,
  where,
} from './elementwise.ts'
import { modelOf } from './emit.ts'
import { gradients } from './gradients.ts'
import { Graph, type Shape, type SymbolicTensor, sizeOf } from './graph.ts'
import { gemm, logSoftmax, mean, softmax, sum, sumOfSquares } from './linear.ts'
import { openSession } from './session.ts'
import {
  concatenate,
  detach,
  expand,
  gatherRows,
  reshape,
  scatterRows,
  split,
  withGradient,
} from './shaping.ts'

type Scalar = (...inputs: SymbolicTensor[]) => SymbolicTensor
type Case = { name: string; shapes: Shape[]; of: Scalar; positive?: boolean }

/** Deterministic, roughly standard normal. */
function numbers(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Relative difference of the directional derivative: from gradients, and from a five-point stencil. */
async function difference({ shapes, of, positive }: Case): Promise<number> {
  const graph = new Graph('float64')
  const inputs = shapes.map((shape, at) => graph.input(`x${at}`, shape))
  const y = of(...inputs)
  const outputs: Record<string, SymbolicTensor> = { y }
  for (const [at, slope] of gradients(y, inputs).entries()) outputs[`g${at}`] = slope
  const session = await openSession(modelOf(graph, outputs))
  const draw = numbers(20_261_121)
  const values = shapes.map((shape) =>
    Float64Array.from({ length: sizeOf(shape) }, () =>
      positive ? 0.5 + Math.abs(draw()) : draw(),
    ),
  )
  const directions = values.map((list) => list.map(draw))
  const run = async (epsilon: number) => {
    const feeds: Record<string, ort.Tensor> = {}
    for (const [at, shape] of shapes.entries()) {
      const moved = values[at]?.map((value, i) => value + epsilon * (directions[at]?.[i] ?? 0))
      if (session.inputNames.includes(`x${at}`))
        feeds[`x${at}`] = new ort.Tensor('float64', moved as Float64Array, shape)
    }
    return await session.run(feeds)
  }
  const at = async (epsilon: number) => Number((await run(epsilon))['y']?.data[0])
  const h = 1e-5
  const near = (await at(h)) - (await at(-h))
  const far = (await at(2 * h)) - (await at(-2 * h))
  const expected = (8 * near - far) / (12 * h)
  const slopes = await run(0)
  let found = 0
  for (const [input, direction] of directions.entries())
    for (const [i, component] of direction.entries())
      found += Number(slopes[`g${input}`]?.data[i]) * component
  await session.release()
  return Math.abs(expected - found) / Math.max(1e-8, Math.abs(expected) + Math.abs(found))
}

const constant = (like: SymbolicTensor, name: string, shape: Shape): SymbolicTensor =>
  like.graph.constant(name, Float64Array.from({ length: sizeOf(shape) }, numbers(7)), shape)

const rowNumbers = (like: SymbolicTensor, rows: number[]): SymbolicTensor =>
  like.graph.constant('rows', Int32Array.from(rows), [rows.length], 'int32')

const slopeOf = (y: SymbolicTensor, x: SymbolicTensor): SymbolicTensor =>
  gradients(y, [x])[0] as SymbolicTensor

function batchNorm(
  x: SymbolicTensor,
  scale: SymbolicTensor,
  shift: SymbolicTensor,
): SymbolicTensor {
  const centred = subtract(x, mean(x, [0], true))
  const variance = mean(square(centred), [0], true)
  return add(multiply(divide(centred, squareRoot(add(variance, 1e-5))), scale), shift)
}

/** Constant between its steps, so that the second order needs nothing special. */
function leakyRelu(x: SymbolicTensor, slope: number): SymbolicTensor {
  return multiply(x, where(greater(x, 0), x.graph.scalar(1), x.graph.scalar(slope)))
}

/** WGAN-GP (Gulrajani et al. 2017): the squared distance of the norm of the critic's slope from 1. */
function penalty(points: SymbolicTensor, criticOf: (x: SymbolicTensor) => SymbolicTensor) {
  const slope = slopeOf(sum(criticOf(points)), points)
  return mean(square(subtract(squareRoot(sum(square(slope), [1])), 1)))
}

const CASES: Case[] = [
  {
    name: 'sums of squares of all elements and of columns, to the second order',
    shapes: [[3, 4]],
    of: (x) => {
      const y = add(sumOfSquares(tanh(x)), sum(sine(sumOfSquares(x, [0], true))))
      return sumOfSquares(slopeOf(y, x), [0, 1])
    },
  },
  {
    name: 'sums and products that broadcast',
    shapes: [[4, 3], [3], [4, 1]],
    of: (a, b, c) => sum(multiply(add(a, b), subtract(c, multiply(a, b)))),
  },
  {
    name: 'quotient, exp, log, root',
    shapes: [
      [4, 3],
      [4, 3],
    ],
    of: (a, b) =>
      sum(divide(logarithm(add(a, exponential(negate(b)))), squareRoot(multiply(a, b)))),
    positive: true,
  },
  {
    name: 'tanh, sine, cosine',
    shapes: [
      [5, 3],
      [5, 3],
    ],
    of: (a, b) => mean(square(subtract(tanh(a), multiply(sine(b), cosine(a))))),
  },
  {
    name: 'gemm with all transpositions and a bias',
    shapes: [[4, 3], [3, 5], [5], [5, 4]],
    of: (a, b, bias, d) => {
      const y = gemm(a, b, { bias })
      const z = gemm(y, d, { transposeA: true, transposeB: true })
      return sum(square(add(z, gemm(d, y))))
    },
  },
  {
    name: 'relu, leaky relu, where',
    shapes: [
      [6, 4],
      [4, 3],
    ],
    of: (a, w) => {
      const y = leakyRelu(gemm(relu(a), w), 0.2)
      return sum(where(greater(y, 0.1), square(y), multiply(y, 3)))
    },
  },
  {
    name: 'joined and cut, one part unused',
    shapes: [
      [4, 3],
      [4, 2],
    ],
    of: (a, b) => {
      const [p, q] = split(concatenate([multiply(a, 2), b], 1), [2, 3], 1)
      assert.ok(p !== undefined && q !== undefined)
      return add(sum(square(q)), sum(exponential(split(a, [1, 2], 1)[1] as SymbolicTensor)))
    },
  },
  {
    name: 'expanded, reshaped, partly summed',
    shapes: [[4, 1], [3]],
    of: (a, b) => sum(square(sum(multiply(expand(a, [4, 3]), reshape(b, [1, 3])), [0]))),
  },
  {
    name: 'rows gathered more than once and scattered',
    shapes: [[5, 3]],
    of: (a) => {
      const rows = gatherRows(a, rowNumbers(a, [4, 1, 1, 0]))
      const spread = scatterRows(square(rows), rowNumbers(a, [4, 1, 1, 0]), 6)
      return sum(multiply(square(spread), constant(a, 'weights', [6, 3])))
    },
  },
  {
    name: 'softmax and cross-entropy',
    shapes: [
      [4, 5],
      [4, 5],
    ],
    of: (a, w) => sum(multiply(add(softmax(divide(a, 0.2)), logSoftmax(a)), w)),
  },
  {
    name: 'a gradient by hand, and one cut off',
    shapes: [[4, 3]],
    of: (a) => {
      const cube = withGradient(multiply(square(a), a), [a], (g) => [
        multiply(g, multiply(square(a), 3)),
      ])
      return subtract(sum(cube), detach(sum(constant(a, 'c', [4, 3]))))
    },
  },
  {
    name: 'batch normalisation',
    shapes: [[6, 4], [4], [4], [4, 2]],
    of: (x, scale, shift, w) => sum(square(relu(gemm(batchNorm(x, scale, shift), w)))),
  },
  {
    name: 'second order: softmax',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    of: (x, w) => sum(square(slopeOf(sum(multiply(softmax(x), w)), x))),
  },
  {
    name: 'second order: batch normalisation',
    shapes: [[6, 4], [4], [4], [4, 2]],
    of: (x, scale, shift, w) =>
      sum(square(slopeOf(sum(square(gemm(batchNorm(x, scale, shift), w))), x))),
  },
  {
    name: 'second order: embedded rows',
    shapes: [
      [5, 3],
      [3, 2],
    ],
    of: (table, w) => {
      const y = sum(tanh(gemm(gatherRows(table, rowNumbers(table, [1, 1, 3])), w)))
      return sum(square(slopeOf(y, table)))
    },
  },
  {
    name: 'third order: tanh',
    shapes: [
      [3, 4],
      [4, 4],
    ],
    of: (x, w) => {
      const first = sum(square(slopeOf(sum(tanh(gemm(tanh(x), w))), x)))
      return sum(square(slopeOf(first, w)))
    },
  },
  {
    name: 'second order: gradient penalty of a leaky critic with dropout',
    shapes: [[3, 10], [10, 8], [8], [8, 7], [7], [7, 1], [1]],
    of: (x, w1, b1, w2, b2, w3, b3) => {
      const mask = x.graph.constant(
        'mask',
        Float64Array.from({ length: 24 }, (_, i) => (i % 3) - (i % 2)),
        [3, 8],
      )
      return penalty(x, (points) => {
        const hidden = multiply(leakyRelu(gemm(points, w1, { bias: b1 }), 0.2), mask)
        return gemm(leakyRelu(gemm(hidden, w2, { bias: b2 }), 0.2), w3, { bias: b3 })
      })
    },
  },
  {
    name: 'second order: gradient penalty of a smooth critic',
    shapes: [[3, 10], [10, 8], [8], [8, 7], [7], [7, 1]],
    of: (x, w1, b1, w2, b2, w3) =>
      penalty(x, (points) =>
        gemm(tanh(gemm(tanh(gemm(points, w1, { bias: b1 })), w2, { bias: b2 })), w3),
      ),
  },
]

for (const checked of CASES)
  test(checked.name, async () => {
    const relative = await difference(checked)
    assert.ok(relative < 1e-6, `the derivative is off by ${relative}`)
  })
