import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Field, Table } from '#engine/table/table.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts'
import type { Checkpoint } from './fit.ts'
import { type TrainingHooks, type TrainOptions, trainModel } from './train.ts'

const field = (name: string, type: Field['type']): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null }
}

function tableOf(factor: number): Table {
  const rows = 400
  const codes = Int32Array.from({ length: rows }, (_, i) => i % 3)
  const values = Float64Array.from({ length: rows }, (_, i) => factor * (i % 3) + (i % 7))
  return {
    ...{ name: 'things', rows },
    columns: [
      { kind: 'category', field: field('kind', 'category'), codes, levels: ['a', 'b', 'c'] },
      { kind: 'number', field: field('size', 'integer'), values },
    ],
  }
}

const options: TrainOptions = {
  algorithm: 'argn',
  seed: 4,
  options: { epochs: 4, batch_size: 8 },
  ruleFor: () => ({ type: 'word' }),
}

const train = (
  hooks: Partial<TrainingHooks>,
  more: Partial<TrainOptions> = {},
  table = tableOf(10),
) => trainModel(table, { ...options, ...more }, { signal: new AbortController().signal, ...hooks })

const files: Uint8Array[] = []
const whole = await train({
  checkpointDue: () => true,
  onCheckpoint: (file) => Promise.resolve(void files.push(file)),
})

test('a training goes on from the bytes of any checkpoint to the same model', async () => {
  assert.ok(files.length > 6)
  for (const at of [0, 3, files.length - 1])
    assert.deepEqual(await train({ resume: files[at] as Uint8Array }), whole)
})

test('a checkpoint of other data, options, seed or algorithm is refused', async () => {
  const resume = files[2] as Uint8Array
  const refused = { code: 'invalid_request', message: /other data, options/ }
  await assert.rejects(train({ resume }, {}, tableOf(11)), refused)
  await assert.rejects(train({ resume }, { seed: 5 }), refused)
  await assert.rejects(train({ resume }, { options: { epochs: 5, batch_size: 8 } }), refused)
  await assert.rejects(train({ resume }, { algorithm: 'gaussian_copula', options: {} }), refused)
  await assert.rejects(train({ resume: whole }), { code: 'invalid_request' })
})

const checkpoint: Checkpoint = {
  ...{ step: 7, rate: 0.5, sums: { loss: 1.25 } },
  state: [Float32Array.of(1, 2, 3), new Float32Array(0), Float32Array.of(Math.fround(0.1))],
  best: {
    epoch: 1,
    score: 2.5,
    state: [Float32Array.of(4, 5, 6), new Float32Array(0), Float32Array.of(-0)],
  },
  history: [{ epoch: 1, metrics: { loss: 3 }, score: 2.5 }],
}

test('a checkpoint comes back from its bytes as it was', () => {
  for (const original of [checkpoint, { ...checkpoint, best: null }])
    assert.deepEqual(decodeCheckpoint(encodeCheckpoint(original, 'x'), 'x'), original)
})

test('damaged and hostile checkpoints are refused, and fit no other model', async () => {
  const file = encodeCheckpoint(checkpoint, 'x')
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
      const damaged = Uint8Array.from(file)
      damaged[at] = byte
      try {
        decodeCheckpoint(damaged, 'x')
      } catch (error) {
        assert.ok((error as Error).name === 'AppError', String(error))
      }
    }),
    { numRuns: 300 },
  )
  for (const states of [2, 4, 1e15]) {
    const text = Buffer.from(file).toString('latin1')
    const wrong = Buffer.from(text.replace('\\"states\\":3', `\\"states\\":${states}`), 'latin1')
    assert.throws(() => decodeCheckpoint(wrong, 'x'), { code: 'invalid_request' })
  }
  const training = /"training":"([0-9a-f]{64})"/.exec(
    Buffer.from(files[0] as Uint8Array).toString(),
  )
  const forged = encodeCheckpoint(checkpoint, training?.[1] as string)
  await assert.rejects(train({ resume: forged }), {
    code: 'invalid_request',
    message: /another model/,
  })
})
