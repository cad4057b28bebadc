import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Checkpoint } from '../fit.ts'
import type { Sampler, Target } from '../sampled.ts'
import { argnDefaults, fitArgn } from './argn.ts'
import { createArgnSampler, type FittedArgn, GRID_ROWS } from './sampler.ts'

const ROWS = 4000
const NEVER = new AbortController().signal

/** A colour; a size that depends on it, null where it is the third; a price that is twice the size, or exactly 5. */
function example(): Target[] {
  const random = createSeededRandom(1, 'example')
  const codes = new Int32Array(ROWS)
  const sizes = new Float64Array(ROWS)
  const prices = new Float64Array(ROWS)
  for (let row = 0; row < ROWS; row++) {
    const code = random.unit() < 0.6 ? 0 : random.unit() < 0.5 ? 1 : 2
    codes[row] = code
    sizes[row] = code === 2 ? Number.NaN : Math.round(1000 * code + 300 * random.unit())
    prices[row] = code === 1 && random.unit() < 0.5 ? 5 : Math.round(20 * random.unit()) / 4
  }
  return [
    { kind: 'category', name: 'colour', codes, levels: 3 },
    { kind: 'numeric', name: 'size', values: sizes, decimals: 0, min: 0, max: 1300 },
    { kind: 'numeric', name: 'price', values: prices, decimals: 2, min: 0, max: 5 },
  ]
}

const options = { ...argnDefaults(ROWS), seed: 3, epochs: 15, signal: NEVER }
const fitted = await fitArgn(example(), options)

async function using<T>(
  model: FittedArgn,
  more: Partial<Parameters<typeof createArgnSampler>[1]>,
  use: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  const sampler = await createArgnSampler(model, { seed: 11, ...more })
  try {
    return await use(sampler)
  } finally {
    await sampler.release()
  }
}

const share = (values: ArrayLike<number>, holds: (value: number) => boolean): number =>
  Array.from(values).filter(holds).length / values.length

test('shares, nulls, exact values and dependences are learned', async () => {
  const [colours, sizes, prices] = await using(fitted, {}, (sampler) =>
    sampler.sample({ from: 0, to: 20_000 }, {}),
  )
  assert.ok(colours && sizes && prices)
  assert.ok(Math.abs(share(colours, (code) => code === 0) - 0.6) < 0.03)
  const agrees = Array.from(colours).filter((code, row) => {
    const size = sizes[row] as number
    return code === 2 ? Number.isNaN(size) : size >= code * 1000 && size <= code * 1000 + 300
  })
  assert.ok(agrees.length > 0.98 * colours.length, `${agrees.length} rows keep the relation`)
  const fives = Array.from(prices).filter((price, row) => colours[row] === 1 && price === 5)
  assert.ok(Math.abs(fives.length / colours.length - 0.2 * 0.52) < 0.02)
  for (const price of prices) assert.equal(price, Math.round(price * 100) / 100)
})

test('row i is the same however ranges are cut', async () => {
  await using(fitted, {}, async (sampler) => {
    const whole = await sampler.sample({ from: 0, to: 3 * GRID_ROWS }, {})
    for (const [from, to] of [
      [0, 1],
      [GRID_ROWS - 3, GRID_ROWS + 3],
      [17, 2 * GRID_ROWS + 1],
    ] as const)
      assert.deepEqual(
        await sampler.sample({ from, to }, {}),
        whole.map((column) => column.slice(from, to)),
      )
  })
})

test('conditions on levels and ranges are met by every row, and what depends on them follows', async () => {
  const conditions = { levels: { colour: [1, 2] }, ranges: { price: { min: 1.1, max: 3.9 } } }
  const [colours, sizes, prices] = await using(fitted, { conditions }, (sampler) =>
    sampler.sample({ from: 0, to: 5000 }, {}),
  )
  assert.ok(colours && sizes && prices)
  assert.equal(
    share(colours, (code) => code >= 1),
    1,
  )
  assert.equal(
    share(prices, (price) => price >= 1.1 && price <= 3.9),
    1,
  )
  const agrees = Array.from(colours).filter((code, row) => {
    return code === 2 ? Number.isNaN(sizes[row]) : (sizes[row] as number) >= 1000
  })
  assert.ok(agrees.length > 0.97 * colours.length)
  const nothing = { ranges: { size: { min: 500, max: 600 } } }
  await assert.rejects(createArgnSampler(fitted, { seed: 1, conditions: nothing }), /size/)
})

test('a training that stops and goes on ends with the same parameters', async () => {
  const saved: Checkpoint[] = []
  await fitArgn(example(), {
    ...options,
    epochs: 3,
    checkpointDue: () => true,
    onCheckpoint: (checkpoint) => Promise.resolve(void saved.push(structuredClone(checkpoint))),
  })
  const whole = await fitArgn(example(), { ...options, epochs: 3 })
  const middle = saved.find(({ history, sums }) => history.length === 1 && 'loss' in sums)
  assert.ok(middle, 'a checkpoint in the second epoch')
  const resumed = await fitArgn(example(), { ...options, epochs: 3, resume: middle })
  assert.deepEqual(resumed.parameters, whole.parameters)
  assert.deepEqual(resumed.history, whole.history)
})

test('a training ends between runs once its signal is aborted', async () => {
  const abort = new AbortController()
  const ended = fitArgn(example(), {
    ...options,
    signal: abort.signal,
    onEpoch: () => abort.abort(),
  })
  await assert.rejects(ended, { code: 'cancelled' })
})

test('a thousand rows show how numbers go together', async () => {
  const [rows, columns] = [1000, 8]
  const random = createSeededRandom(2, 'few rows')
  const common = Float64Array.from({ length: rows }, () => random.normal())
  const few = Array.from({ length: columns }, (_, at): Target => {
    const values = common.map((value) => Math.round(1000 * (value + 0.4 * random.normal())))
    return { kind: 'numeric', name: `n${at}`, values, decimals: 0, min: -6000, max: 6000 }
  })
  const small = { ...argnDefaults(rows), seed: 3, epochs: 25, signal: NEVER }
  const drawn = await using(await fitArgn(few, small), {}, (sampler) =>
    sampler.sample({ from: 0, to: 5000 }, {}),
  )
  const wanted = 1 / (1 + 0.4 ** 2)
  for (let at = 1; at < columns; at++) {
    const found = correlation(drawn[0] as Float64Array, drawn[at] as Float64Array)
    assert.ok(Math.abs(found - wanted) < 0.3, `correlation ${found} of ${wanted}`)
  }
})

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (list: Float64Array): number =>
    list.reduce((sum, value) => sum + value, 0) / list.length
  const [x, y] = [mean(a), mean(b)]
  const product = (p: Float64Array, q: Float64Array, [s, t]: [number, number]): number =>
    p.reduce((sum, value, i) => sum + (value - s) * ((q[i] as number) - t), 0)
  return product(a, b, [x, y]) / Math.sqrt(product(a, a, [x, x]) * product(b, b, [y, y]))
}
