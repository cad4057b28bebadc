// Trainings in real processes against a recording part store: what they store is what an undisturbed training makes.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { decodeModelFile } from '#engine/models/model-file.ts'
import { type TrainingSpec, trainDataset } from '#engine/models/train-dataset.ts'
import type { Gpu } from '#engine/tensor/session.ts'
import { createQueue } from '#test/support/queue.ts'
import { type RecordingSink, recordingSink } from '#test/support/recording-sink.ts'
import type { ChunkFailure } from '../compute-thread.ts'
import type { InputFile } from '../input-cache.ts'
import type { Resume, TrainingCheckpoint, TrainingDevice, TrainingProgress } from './messages.ts'
import { startTraining } from './training-process.ts'

const ROWS = 400
const CSV = [
  'plan,age,mail',
  ...Array.from({ length: ROWS }, (_, i) =>
    [
      i % 3 === 0 ? 'paid' : 'free',
      i % 3 === 0 ? 50 + (i % 9) : 20 + (i % 7),
      `u${i}@mail.test`,
    ].join(),
  ),
].join('\n')

const source = () => new Blob([CSV])
const access = (blob: Blob) => ({
  byteLength: blob.size,
  slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
})

async function specOf(more: Partial<TrainingSpec> = {}): Promise<TrainingSpec> {
  const { form, columns } = await inferFields(await readRecords(access(source())))
  return {
    ...{ algorithm: 'argn', seed: 7, options: { epochs: 6, capacity: 0.5 }, max_rows: 1_000_000 },
    time_budget_seconds: null,
    dataset: { name: 'people', form, keep: 'nothing', fields: columns.map(({ field }) => field) },
    ...more,
  }
}

const undisturbed = async (spec: TrainingSpec): Promise<string> =>
  digestOf(
    await trainDataset(access(source()), spec, {
      ...{ signal: new AbortController().signal, elapsedMs: 0 },
    }),
  )

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

type Told = {
  made: ReturnType<typeof createQueue<{ cid: string; bytes: number }>>
  checkpoints: ReturnType<typeof createQueue<TrainingCheckpoint>>
  ended: ReturnType<typeof createQueue<{ stale: boolean }>>
  failures: ChunkFailure[]
  progress: TrainingProgress[]
  previews: string[]
  devices: TrainingDevice[]
}

/** What a crash of the runtime looks like. */
const DYING = `process.on('message', () => process.kill(process.pid, 'SIGSEGV'))`

/** That no machine has. */
const NO_SUCH_GPU: Gpu = { device: 4_096, name: 'none', driver: '0' }

const NOTHING: Resume = { sha256: '', number: 0, elapsedMs: 0 }

/** A training at work in a folder of its own, which is killed with the test. */
async function begin(
  t: TestContext,
  { sink, spec, resume = null, wrong, script, gpu = null }: Beginning,
) {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-training-'))
  const keep = async (name: string, bytes: Uint8Array | string): Promise<InputFile> => {
    const path = join(dir, name)
    await writeFile(path, bytes)
    return { path, sha256: digestOf(Buffer.from(bytes)) }
  }
  const inputs = [await keep('data', CSV)]
  if (resume) inputs.push(await keep('checkpoint', sink.parts.get(resume.cid) as Buffer))
  const told: Told = {
    ...{ made: createQueue(), checkpoints: createQueue(), ended: createQueue() },
    ...{ failures: [], progress: [], previews: [], devices: [] },
  }
  const training = startTraining(
    {
      leaseId: 'l1',
      spec: Buffer.from(JSON.stringify({ training: spec })),
      inputs,
      resume: wrong ?? resume ?? NOTHING,
      upload: { baseUrl: sink.url, token: 'secret' },
      authority: '',
      checkpointEveryMs: 60_000,
      gpu,
    },
    {
      onMade: (_, made) => told.made.put(made),
      onFailed: (_, failure) => void told.failures.push(failure),
      onSign: () => undefined,
      onEnded: (_, outcome) => told.ended.put(outcome),
      onDevice: (_, device) => void told.devices.push(device),
      onProgress: (_, progress) => void told.progress.push(progress),
      onCheckpoint: (_, checkpoint) => told.checkpoints.put(checkpoint),
      onPreview: (_, { algorithm }) => void told.previews.push(algorithm),
    },
    script === undefined ? {} : { script: pathToFileURL((await keep('crash.mjs', script)).path) },
  )
  t.after(async () => {
    await training.close()
    await rm(dir, { recursive: true, force: true })
  })
  return { training, told }
}

type Beginning = {
  sink: RecordingSink
  spec: TrainingSpec
  resume?: TrainingCheckpoint | null
  /** A checkpoint that is not among the inputs. */
  wrong?: Resume
  script?: string
  gpu?: Gpu | null
}

async function assertModel(sink: RecordingSink, told: Told, digest: string): Promise<void> {
  const { cid } = await told.made.take()
  assert.equal(digestOf(sink.parts.get(cid) as Buffer), digest)
  assert.deepEqual(await told.ended.take(), { stale: false })
  assert.deepEqual(told.failures, [])
}

const within = { timeout: 60_000 }

test('a process trains as the library does, and says how far it is', within, async (t) => {
  const sink = await recordingSink(t)
  const spec = await specOf()
  const { told } = await begin(t, { sink, spec, gpu: NO_SUCH_GPU })
  const digest = await undisturbed(spec)
  await assertModel(sink, told, digest)
  const [device] = told.devices
  assert.equal(device?.gpu, null)
  assert.ok((device?.refusal ?? '').length > 0)
  const last = told.progress.at(-1)
  assert.equal(last?.algorithm, 'argn')
  assert.equal(last?.epochs, 6)
  assert.deepEqual(
    last?.history.map(({ algorithm, epoch }) => [algorithm, epoch]),
    Array.from({ length: 6 }, (_, at) => ['argn', at + 1]),
  )
  assert.ok(last.history.every(({ score }) => Number.isFinite(score)))
  const personal = [...sink.parts.values()].filter((part) => part.includes('mail.test'))
  assert.deepEqual(personal, [])
})

test(
  'a training that is paused, and one that is killed, go on elsewhere to the same model',
  within,
  async (t) => {
    const sink = await recordingSink(t)
    const spec = await specOf({ options: { epochs: 40, capacity: 0.5 } })
    const first = await begin(t, { sink, spec })
    first.training.pause()
    const paused = await first.told.checkpoints.take()
    assert.deepEqual(await first.told.ended.take(), { stale: false })
    assert.equal(paused.number, 1)
    const second = await begin(t, { sink, spec, resume: paused })
    second.training.pause()
    const further = await second.told.checkpoints.take()
    second.training.kill()
    assert.deepEqual(await second.told.ended.take(), { stale: false })
    assert.equal(further.number, 2)
    assert.ok(further.elapsedMs >= paused.elapsedMs)
    assert.deepEqual([...first.told.failures, ...second.told.failures], [])
    const third = await begin(t, { sink, spec, resume: further })
    const digest = await undisturbed(spec)
    await assertModel(sink, third.told, digest)
  },
)

test('a search has a preview before it has its best', within, async (t) => {
  const sink = await recordingSink(t)
  const options = { algorithms: ['gaussian_copula'] }
  const { told } = await begin(t, { sink, spec: await specOf({ algorithm: 'auto', options }) })
  const { cid } = await told.made.take()
  assert.deepEqual(told.previews, ['gaussian_copula'])
  assert.equal(decodeModelFile(sink.parts.get(cid) as Buffer).algorithm, 'gaussian_copula')
  assert.equal(told.progress.at(-1)?.algorithm, 'gaussian_copula')
})

test('a crash, a failure and a refused upload are told with their causes', within, async (t) => {
  const sink = await recordingSink(t)
  const spec = await specOf()
  const crashed = await begin(t, { sink, spec, script: DYING })
  await crashed.told.ended.take()
  assert.deepEqual(
    crashed.told.failures.map(({ chunk, code, message }) => [chunk, code, message]),
    [[0, 'generation_failed', 'the process of the training ended: SIGSEGV']],
  )
  const wrong: Resume = { sha256: digestOf(Buffer.from('x')), number: 3, elapsedMs: 0 }
  const astray = await begin(t, { sink, spec, wrong })
  await astray.told.ended.take()
  assert.deepEqual(
    astray.told.failures.map(({ code }) => code),
    ['invalid_request'],
  )
  sink.answer = () => ({ status: 403, code: 'upload_refused' })
  const refused = await begin(t, { sink, spec })
  assert.deepEqual(await refused.told.ended.take(), { stale: true })
  assert.deepEqual(refused.told.failures, [])
})
