import assert from 'node:assert/strict'
import { test } from 'node:test'
import ort from 'onnxruntime-node'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { multiply } from '#engine/tensor/elementwise.ts'
import { modelOf } from '#engine/tensor/emit.ts'
import { gradients } from '#engine/tensor/gradients.ts'
import { Graph, type SymbolicTensor } from '#engine/tensor/graph.ts'
import { logSoftmax, softmax, sum } from '#engine/tensor/linear.ts'
import { openSession } from '#engine/tensor/session.ts'
import { concatenate, split } from '#engine/tensor/shaping.ts'
import { crossEntropy, oneHot, softChoices } from './symbolic.ts'

/** More columns than are summed by one product. */
const COUNTS = [2, 1, 6, ...Array.from({ length: 15 }, (_, at) => 2 + (at % 4)), 1, 3]
const starts = COUNTS.map((_, at) => COUNTS.slice(0, at).reduce((sum, count) => sum + count, 0))
const spans = COUNTS.map((count, at) => ({ start: starts[at] as number, count }))
const codes = COUNTS.reduce((sum, count) => sum + count, 0)
const layout = { places: [], stretches: [], codes, width: codes, spans }
const ROWS = 5
const random = createSeededRandom(1, 'logits')
const CODES = Array.from({ length: ROWS }, () => COUNTS.map((count) => random.below(count)))

/** Column by column, as it is defined. */
function bySpan(x: SymbolicTensor, of: (span: SymbolicTensor) => SymbolicTensor): SymbolicTensor {
  return concatenate(split(x, COUNTS, 1).map(of), 1)
}

async function valuesOf(graph: Graph, outputs: Record<string, SymbolicTensor>) {
  const session = await openSession(modelOf(graph, outputs))
  const values = Float64Array.from({ length: ROWS * codes }, () => 8 * random.normal())
  const logits = new ort.Tensor('float64', values, [ROWS, codes])
  const results = await session.run({ logits })
  await session.release()
  return (name: string) => Array.from(results[name]?.data as Float64Array)
}

function assertNear(found: number[], expected: number[]): void {
  assert.equal(found.length, expected.length)
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(value - (found[at] as number)) < 1e-9, `${found[at]} for ${value}`)
}

test('codes spread by position, and cross-entropy and its gradient are those of their definition', async () => {
  const graph = new Graph('float64')
  const table = graph.constant(
    'table',
    Uint8Array.from(CODES.flat()),
    [ROWS, COUNTS.length],
    'uint8',
  )
  const hot = oneHot(table, layout)
  const asked = multiply(hot, graph.constant('asked', evenColumns(), [1, codes]))
  const logits = graph.input('logits', [ROWS, codes])
  const outputs: Record<string, SymbolicTensor> = { hot }
  for (const [name, some] of Object.entries({ all: hot, asked })) {
    const defined = multiply(sum(multiply(bySpan(logits, logSoftmax), some)), -1)
    const found = crossEntropy(logits, some, layout)
    Object.assign(outputs, { [`${name} defined`]: defined, [`${name} found`]: found })
    outputs[`${name} slope defined`] = slopeOf(multiply(defined, 3), logits)
    outputs[`${name} slope found`] = slopeOf(multiply(found, 3), logits)
  }
  const list = await valuesOf(graph, outputs)
  for (const [row, own] of CODES.entries())
    assert.deepEqual(
      list('hot').slice(row * codes, (row + 1) * codes),
      own.flatMap((code, at) => Array.from({ length: COUNTS[at] ?? 0 }, (_, i) => +(i === code))),
    )
  for (const name of ['all', 'all slope', 'asked', 'asked slope'])
    assertNear(list(`${name} found`), list(`${name} defined`))
})

function evenColumns(): Float64Array {
  return Float64Array.from(
    COUNTS.flatMap((count, at) => new Array<number>(count).fill((at + 1) % 2)),
  )
}

test('soft choices and their gradient are those of a softmax by column', async () => {
  const graph = new Graph('float64')
  const logits = graph.input('logits', [ROWS, codes])
  const weights = graph.constant(
    'weights',
    Float64Array.from({ length: ROWS * codes }, () => random.normal()),
    [ROWS, codes],
  )
  const defined = bySpan(logits, (span) => softmax(multiply(span, 1 / 0.3)))
  const found = softChoices(logits, layout, 0.3)
  const list = await valuesOf(graph, {
    ...{ defined, found },
    'slope defined': slopeOf(sum(multiply(defined, weights)), logits),
    'slope found': slopeOf(sum(multiply(found, weights)), logits),
  })
  for (const name of ['', 'slope ']) assertNear(list(`${name}found`), list(`${name}defined`))
})

test('the furthest logits make no number too small to be normal, which processors take long for', async () => {
  const graph = new Graph()
  const logits = graph.input('logits', [ROWS, codes])
  const table = graph.constant(
    'table',
    Uint8Array.from(CODES.flat()),
    [ROWS, COUNTS.length],
    'uint8',
  )
  const chances = softChoices(logits, layout, 0.2)
  const unlikely = multiply(crossEntropy(logits, oneHot(table, layout), layout), 1e-3)
  const outputs = {
    ...{ chances, unlikely },
    ofChances: slopeOf(sum(multiply(chances, 1e-3)), logits),
    ofUnlikely: slopeOf(unlikely, logits),
  }
  const session = await openSession(modelOf(graph, outputs))
  for (const spread of [20, 50, 100, 1000]) {
    const values = Float32Array.from({ length: ROWS * codes }, () => spread * random.normal())
    const found = await session.run({ logits: new ort.Tensor('float32', values, [ROWS, codes]) })
    for (const [name, { data }] of Object.entries(found))
      for (const value of data as Float32Array) {
        assert.ok(Number.isFinite(value), name)
        assert.ok(value === 0 || Math.abs(value) >= 2 ** -126, `${name}: ${value}`)
      }
  }
  await session.release()
})

function slopeOf(y: SymbolicTensor, x: SymbolicTensor): SymbolicTensor {
  return gradients(y, [x])[0] as SymbolicTensor
}
