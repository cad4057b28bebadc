// The gradient of the critic's whole loss, penalty and all, against finite differences in float64.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import ort from 'onnxruntime-node'
import { add } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import { Graph, type SymbolicTensor, sizeOf } from '#engine/tensor/graph.ts'
import { openSession } from '#engine/tensor/session.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { type CtganShape, criticParameters } from './network.ts'
import { criticLosses } from './training.ts'

const PACKS = 6
const shape: CtganShape = {
  layout: { places: [0], spans: [{ start: 0, count: 7 }], codes: 7, width: 8, stretches: [] },
  ...{ conditioned: [], conditions: 3, embedding: 4, generator: [5], critic: [16, 12], pac: 4 },
}
const WIDTH = shape.pac * (shape.layout.width + shape.conditions)

test("the gradient of the critic's loss agrees with finite differences along a direction", async () => {
  const random = createSeededRandom(1, 'gradient')
  const graph = new Graph('float64')
  const drawn = (name: string, lengths: number[], draw: () => number): SymbolicTensor =>
    graph.constant(name, Float64Array.from({ length: sizeOf(lengths) }, draw), lengths)
  const kept = (name: string, rows: number) =>
    shape.critic.map((units, at) =>
      drawn(`${name} ${at}`, [rows, units], () => Math.round(random.unit())),
    )
  const shapes = criticParameters(shape)
  const parameters = Object.fromEntries(
    shapes.map(({ name, shape: lengths }) => [name, graph.input(name, lengths)]),
  )
  const { distance, penalty } = criticLosses(parameters, shape, {
    fake: drawn('fake', [PACKS, WIDTH], () => random.unit()),
    real: drawn('real', [PACKS, WIDTH], () => random.normal()),
    mix: drawn('mix', [PACKS, 1], () => random.unit()),
    kept: { rows: kept('rows', 2 * PACKS), mixed: kept('mixed', PACKS) },
  })
  const loss = add(distance, penalty)
  const slopes = gradients(loss, Object.values(parameters))
  const outputs = Object.fromEntries(slopes.map((slope, at) => [`slope ${at}`, slope]))
  const session = await openSession(modelOf(graph, { loss, ...outputs }))
  const point = shapes.map(({ shape: lengths }) =>
    Float64Array.from({ length: sizeOf(lengths) }, () => 0.3 * random.normal()),
  )
  const direction = point.map((values) => values.map(() => random.normal()))
  const run = (step: number) =>
    session.run(
      Object.fromEntries(
        shapes.map(({ name, shape: lengths }, at) => {
          const moved = point[at]?.map((value, i) => value + step * (direction[at]?.[i] ?? 0))
          return [name, new ort.Tensor('float64', moved as Float64Array, lengths)]
        }),
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
