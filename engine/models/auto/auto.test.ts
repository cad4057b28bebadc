import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'
import { openModel } from '../model.ts'
import type { Algorithm } from '../model-file.ts'
import { type AutoHooks, type AutoOptions, trainAuto } from './auto.ts'
import { differenceError, type Scored, takesPlace } from './choice.ts'

const ROWS = 2000

const field = (name: string, type: Field['type'], semantic: Field['semantic'] = null): Field => {
  return { name, type, semantic, decimals: 0, layout: null, zone: null }
}

/** `b` depends on `a` in a way that no correlation tells. */
function example(): Table {
  const random = createSeededRandom(1, 'auto example')
  const a = Float64Array.from({ length: ROWS }, () => random.below(9))
  const b = a.map((value) => (value % 2) * 50 + random.below(10))
  const emails = Array.from(a, (_, row) => `secret${row}@mail.example`)
  const columns: Column[] = [
    { kind: 'number', field: field('a', 'integer'), values: a },
    { kind: 'text', field: field('email', 'text', 'email'), values: emails },
    { kind: 'number', field: field('b', 'integer'), values: b },
    {
      ...{ kind: 'category', field: field('odd', 'category'), levels: ['no', 'yes'] },
      codes: Int32Array.from(a, (value) => value % 2),
    },
  ]
  return { name: 'example', rows: ROWS, columns }
}

const signal = new AbortController().signal
const table = example()
const chosen: AutoOptions['options'] = { epochs: 6, algorithms: ['argn'] }
const train = (hooks: Partial<AutoHooks> = {}, options = chosen) =>
  trainAuto(
    table,
    { seed: 2, options, ruleFor: ({ field: { semantic } }) => ({ type: semantic ?? 'word' }) },
    { signal, ...hooks },
  )

const checkpoints: Uint8Array[] = []
const previews: Uint8Array[] = []
const candidates: { algorithm: string; score: number | null }[] = []
const file = await train({
  checkpointDue: () => true,
  onCheckpoint: (bytes) => Promise.resolve(void checkpoints.push(bytes)),
  onPreview: (bytes) => Promise.resolve(void previews.push(bytes)),
  onCandidate: (candidate) => candidates.push(candidate),
})

test('a copula comes first, as a preview, and the best of all on unseen rows is kept', () => {
  assert.equal(previews.length, 1)
  assert.equal(openModel(previews[0] as Uint8Array).algorithm, 'gaussian_copula')
  assert.deepEqual(
    candidates.map(({ algorithm }) => algorithm),
    ['gaussian_copula', 'argn'],
  )
  const { algorithm, provenance } = openModel(file)
  assert.deepEqual(provenance.candidates, candidates)
  const scores = candidates.map(({ score }) => score ?? 0)
  const best = candidates[scores.indexOf(Math.max(...scores))]
  assert.equal(algorithm, best?.algorithm)
  assert.notEqual(algorithm, 'gaussian_copula')
  assert.equal(provenance.rows, 0.9 * ROWS)
})

test('within the error of their difference the preferred one is kept, beyond it the better one', () => {
  const scored = (algorithm: Algorithm, score: number, noise: number[]): Scored => {
    return { algorithm, score: { score, without: noise.map((one) => score + one) } }
  }
  const [even, noisy] = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01],
  ]
  const error = differenceError(scored('argn', 0.9, noisy).score, scored('tvae', 0.95, even).score)
  assert.ok(Math.abs(error - 0.01 * Math.sqrt(7)) < 1e-12)
  const copula = scored('gaussian_copula', 0.93, even)
  assert.ok(takesPlace(scored('argn', 0.92, noisy), copula))
  assert.ok(!takesPlace(scored('argn', 0.9, noisy), copula))
  assert.ok(!takesPlace(scored('argn', 0.92, even), copula))
  assert.ok(!takesPlace(scored('ctgan', 0.94, noisy), copula))
  assert.ok(takesPlace(scored('ctgan', 0.97, noisy), copula))
})

test('what both know of the noise of rows does not count', () => {
  const noise = [0.05, -0.05, 0.05, -0.05]
  const of = (algorithm: Algorithm, score: number): Scored => {
    return { algorithm, score: { score, without: noise.map((one) => score + one) } }
  }
  assert.ok(takesPlace(of('ctgan', 0.931), of('argn', 0.93)))
})

test('no personal value is in the preview, the model or a checkpoint', () => {
  for (const bytes of [file, ...previews, ...checkpoints])
    assert.ok(!Buffer.from(bytes).includes('secret'))
})

test('a search goes on from any checkpoint to the same model', async () => {
  for (const at of [0, 2, checkpoints.length - 2, checkpoints.length - 1]) {
    const resume = checkpoints[at] as Uint8Array
    assert.deepEqual(await train({ resume }), file)
  }
  const other = train({ resume: checkpoints[0] as Uint8Array }, { ...chosen, epochs: 7 })
  await assert.rejects(other, { code: 'invalid_request' })
})

test('after its time no algorithm begins and none goes on; the copula is always there', async () => {
  let now = 0
  const epochs: string[] = []
  const clock = () => now
  const late = await train(
    {
      clock,
      onPreview: async () => {
        now = 2000
      },
    },
    { ...chosen, time_budget_seconds: 1 },
  )
  assert.equal(openModel(late).algorithm, 'gaussian_copula')
  assert.equal(openModel(late).provenance.candidates?.length, 1)
  now = 0
  const cut = await train(
    {
      clock,
      onEpoch: ({ algorithm, epoch }) => {
        epochs.push(`${algorithm} ${epoch}`)
        if (epoch === 2) now = 2000
      },
    },
    { ...chosen, time_budget_seconds: 1 },
  )
  assert.deepEqual(epochs, ['argn 1', 'argn 2'])
  assert.equal(openModel(cut).provenance.candidates?.length, 2)
})

test('algorithms share the time: each begins, and what one leaves is there for the others', async () => {
  let now = 0
  const ends: Record<string, number> = {}
  const options = { epochs: 1_000, algorithms: ['argn', 'tvae'] as const, time_budget_seconds: 9 }
  const found = await train(
    {
      clock: () => now,
      onEpoch: ({ algorithm }) => {
        now += 1_000
        ends[algorithm] = now
      },
    },
    { ...options, algorithms: [...options.algorithms] },
  )
  assert.deepEqual(ends, { argn: 6_000, tvae: 9_000 })
  assert.equal(openModel(found).provenance.candidates?.length, 3)
})

test('a search ends once its signal is aborted', async () => {
  const abort = new AbortController()
  const ended = train({ signal: abort.signal, onEpoch: () => abort.abort() })
  await assert.rejects(ended, { code: 'cancelled' })
})
