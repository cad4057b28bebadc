// The critic's whole loss against its definition, and its gradient against finite differences, in float64.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import ort from 'onnxruntime-node'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import {
  add,
  cast,
  equal,
  multiply,
  square,
  squareRoot,
  subtract,
} from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import { Graph, type SymbolicTensor, sizeOf } from '#engine/tensor/graph.ts'
import { gemm, mean, sum } from '#engine/tensor/linear.ts'
import { openSession } from '#engine/tensor/session.ts'
import { reshape } from '#engine/tensor/shaping.ts'
import { type CriticBatch, criticLosses, criticParameters, scoresOf } from './critic.ts'
import type { CtganShape } from './shape.ts'

const PACKS = 6
const shape: CtganShape = {
  layout: { places: [0], spans: [{ start: 0, count: 7 }], codes: 7, width: 8, stretches: [] },
  ...{ conditioned: [], conditions: 3, embedding: 4, generator: [5], critic: [16, 12], pac: 4 },
}
const ROWS = PACKS * shape.pac

function criticCase() {
  const random = createSeededRandom(1, 'gradient')
  const graph = new Graph('float64')
  const drawn = (name: string, lengths: number[], draw: () => number): SymbolicTensor =>
    graph.constant(name, Float64Array.from({ length: sizeOf(lengths) }, draw), lengths)
  const kept = (name: string, rows: number) =>
    shape.critic.map((units, at) =>
      drawn(`${name} ${at}`, [rows, units], () => Math.round(random.unit())),
    )
  const rows = (name: string, draw: () => number) => {
    const positions = Int32Array.from({ length: ROWS }, () => random.below(shape.conditions))
    return {
      rows: drawn(name, [ROWS, shape.layout.width], draw),
      conditions: graph.constant(`conditions of ${name}`, positions, [ROWS], 'int32'),
    }
  }
  const shapes = criticParameters(shape)
  const parameters = Object.fromEntries(
    shapes.map(({ name, shape: lengths }) => [name, graph.input(name, lengths)]),
  )
  const batch: CriticBatch = {
    fake: rows('fake', () => random.unit()),
    real: rows('real', () => random.normal()),
    mix: drawn('mix', [PACKS, 1], () => random.unit()),
    kept: kept('kept', PACKS),
  }
  const point = shapes.map(({ shape: lengths }) =>
    Float64Array.from({ length: sizeOf(lengths) }, () => 0.3 * random.normal()),
  )
  const feeds = (values: readonly Float64Array[]) =>
    Object.fromEntries(
      shapes.map(({ name, shape: lengths }, at) => [
        name,
        new ort.Tensor('float64', values[at] as Float64Array, lengths),
      ]),
    )
  return { graph, parameters, batch, point, feeds, random }
}

/** The penalty as it is defined: packs with their conditions as 0 and 1, mixed, and the slope there. */
function definedPenalty(
  parameters: Record<string, SymbolicTensor>,
  { fake, real, mix, kept }: CriticBatch,
): SymbolicTensor {
  const { graph } = mix
  const levels = graph.constant('levels', Int32Array.of(0, 1, 2), [1, shape.conditions], 'int32')
  const packed = (x: SymbolicTensor) => reshape(x, [PACKS, sizeOf(x.shape) / PACKS])
  const between = [
    subtract(real.rows, fake.rows),
    subtract(...([real, fake].map(({ conditions }) => hot(conditions as SymbolicTensor)) as Two)),
  ].map((away, at) => {
    const from = at === 0 ? fake.rows : hot(fake.conditions as SymbolicTensor)
    return add(packed(from), multiply(mix, packed(away)))
  }) as Two
  function hot(conditions: SymbolicTensor): SymbolicTensor {
    return cast(equal(reshape(conditions, [ROWS, 1]), levels))
  }
  const [rows, conditions] = between
  const sums = add(
    gemm(rows, parameters['first rows'] as SymbolicTensor, {
      bias: parameters['first.bias'] as SymbolicTensor,
    }),
    gemm(conditions, parameters['first conditions'] as SymbolicTensor),
  )
  const slopes = gradients(sum(scoresOf(parameters, shape, sums, kept)), between)
  const squares = slopes.map((slope) => sum(square(slope), [1])) as Two
  return multiply(mean(square(subtract(squareRoot(add(...squares)), 1))), 10)
}

type Two = [SymbolicTensor, SymbolicTensor]

test('the penalty is that of its definition', async () => {
  const { graph, parameters, batch, point, feeds } = criticCase()
  const { penalty } = criticLosses(parameters, shape, batch)
  const defined = definedPenalty(parameters, batch)
  const session = await openSession(modelOf(graph, { penalty, defined }))
  const found = await session.run(feeds(point))
  await session.release()
  const [a, b] = [Number(found['penalty']?.data[0]), Number(found['defined']?.data[0])]
  assert.ok(Math.abs(a / b - 1) < 1e-9 && a > 0.1, `${a} for ${b}`)
})

test("the gradient of the critic's loss agrees with finite differences along a direction", async () => {
  const { graph, parameters, batch, point, feeds, random } = criticCase()
  const { distance, penalty } = criticLosses(parameters, shape, batch)
  const loss = add(distance, penalty)
  const slopes = gradients(loss, Object.values(parameters))
  const outputs = Object.fromEntries(slopes.map((slope, at) => [`slope ${at}`, slope]))
  const session = await openSession(modelOf(graph, { loss, ...outputs }))
  const direction = point.map((values) => values.map(() => random.normal()))
  const run = (step: number) =>
    session.run(
      feeds(
        point.map((values, at) =>
          values.map((value, i) => value + step * (direction[at]?.[i] ?? 0)),
        ),
      ),
    )
  const at = async (step: number): Promise<number> => Number((await run(step))['loss']?.data[0])
  const h = 1e-7
  const expected = ((await at(h)) - (await at(-h))) / (2 * h)
  const found = await run(0)
  const along = direction.reduce(
    (total, values, parameter) =>
      values.reduce(
        (sum, value, i) => sum + value * Number(found[`slope ${parameter}`]?.data[i]),
        total,
      ),
    0,
  )
  await session.release()
  assert.ok(Math.abs(along / expected - 1) < 1e-6, `${along} for ${expected}`)
})
