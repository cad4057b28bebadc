import assert from 'node:assert/strict'
import { test } from 'node:test'
import ort from 'onnxruntime-node'
import { multiply } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { logSoftmax, sum } from '#engine/tensor/linear.ts'
import { openSession } from '#engine/tensor/session.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { bySpan, crossEntropy, oneHot } from './symbolic.ts'

const layout = {
  ...{ places: [], stretches: [], codes: 9, width: 9 },
  spans: [
    { start: 0, count: 2 },
    { start: 2, count: 1 },
    { start: 3, count: 6 },
  ],
}
const CODES = [1, 0, 5, 0, 0, 0, 1, 0, 3, 0, 0, 2]
const ROWS = CODES.length / layout.spans.length

test('codes spread by position, and the gradient of their cross-entropy is that of its definition', async () => {
  const graph = new Graph('float64')
  const codes = graph.constant('codes', Uint8Array.from(CODES), [ROWS, 3], 'uint8')
  const hot = oneHot(codes, layout)
  const logits = graph.input('logits', [ROWS, layout.codes])
  const defined = multiply(sum(multiply(bySpan(logits, layout, logSoftmax), hot)), -1)
  const found = crossEntropy(logits, hot, layout)
  const slope = (y: SymbolicTensor) => gradients(multiply(y, 3), [logits])[0] as SymbolicTensor
  const outputs = {
    hot,
    defined,
    found,
    'slope defined': slope(defined),
    'slope found': slope(found),
  }
  const session = await openSession(modelOf(graph, outputs))
  const random = createSeededRandom(1, 'logits')
  const values = Float64Array.from({ length: ROWS * layout.codes }, () => 4 * random.normal())
  const results = await session.run({
    logits: new ort.Tensor('float64', values, [ROWS, layout.codes]),
  })
  await session.release()
  const list = (name: string) => Array.from(results[name]?.data as Float64Array)
  assert.deepEqual(list('hot').slice(0, 9), [0, 1, 1, 0, 0, 0, 0, 0, 1])
  assert.equal(
    list('hot').reduce((total, one) => total + one, 0),
    CODES.length,
  )
  assert.deepEqual(list('found'), list('defined'))
  for (const [at, expected] of list('slope defined').entries())
    assert.ok(Math.abs(expected - (list('slope found')[at] as number)) < 1e-12)
})
