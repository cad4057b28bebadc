// Workers die while they train, and people pause: the model is the one of an undisturbed training, to the last bit.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { trainDataset } from '#engine/models/train-dataset.ts'
import { testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const ROWS = 8_000
const CSV = [
  'plan,age,spend',
  ...Array.from({ length: ROWS }, (_, i) => {
    const paid = i % 3 === 0
    return [paid ? 'paid' : 'free', (paid ? 50 : 20) + (i % 9), (i * 7919) % 1_000].join()
  }),
].join('\n')
/** Some seconds of work that end with the last epoch. */
const OPTIONS = { epochs: 45, capacity: 2, learning_rate: 0.0001 }
const TRAINING = { algorithm: 'argn', seed: 5, max_rows: 100_000 } as const

const access = (blob: Blob) => ({
  byteLength: blob.size,
  slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
})

/** Digest of the model that nothing disturbs. */
async function undisturbed(): Promise<string> {
  const source = access(new Blob([CSV]))
  const { form, columns } = await inferFields(await readRecords(source))
  const fields = columns.map(({ field }) => field)
  const dataset = { name: 'people', form, keep: 'nothing', fields } as const
  const file = await trainDataset(
    source,
    { ...TRAINING, options: OPTIONS, time_budget_seconds: null, dataset },
    { signal: new AbortController().signal, elapsedMs: 0 },
  )
  return createHash('sha256').update(file).digest('hex')
}

type Model = { status: string; epoch: number; file: { sha256: string } | null; error: unknown }

test('trainings whose workers die, and that are paused', async (t) => {
  const workers = ['worker-1', 'worker-2']
  const env = { SYNDATA_CHECKPOINT_SECONDS: '0' }
  const { stack, api, query } = await testStack(t, {
    workers: workers.length,
    env: Object.fromEntries(workers.map((name) => [name, env])),
  })
  const headers = { 'x-api-key': stack.admin.api_key }
  const upload = new FormData()
  upload.set('file', new Blob([CSV]), 'people.csv')
  const sent = await fetch(`${stack.rest_url}/api/datasets`, {
    ...{ method: 'POST', headers, body: upload },
  })
  const { dataset_id } = (await sent.json()) as { dataset_id: string }
  const digest = await undisturbed()

  const begin = async () => {
    const body = JSON.stringify({ dataset_id, ...TRAINING, ...OPTIONS })
    const json = { ...headers, 'content-type': 'application/json' }
    const made = await fetch(`${stack.rest_url}/api/models`, {
      ...{ method: 'POST', headers: json, body },
    })
    return (await made.json()) as { model_id: string; job_id: string }
  }
  const untilModel = (id: string, what: string, holds: (model: Model) => boolean) =>
    waitFor(
      async () => {
        const model = await api.get<Model>(`/api/models/${id}`).catch(() => null)
        if (model?.status === 'failed') assert.fail(JSON.stringify(model.error))
        return model !== null && holds(model)
      },
      { what, timeoutMs: 60_000 },
    )
  const untilCheckpoint = (modelId: string) =>
    waitFor(
      async () =>
        (await query('select 1 from models where id = $1 and checkpoint is not null', [modelId]))
          .length > 0,
      { what: 'a checkpoint', timeoutMs: 60_000 },
    )
  const assertModel = async (modelId: string) => {
    await untilModel(modelId, 'a model', ({ status }) => status === 'completed')
    const model = await api.get<Model>(`/api/models/${modelId}`)
    assert.equal(model.file?.sha256, digest)
  }

  await t.test('one is killed with SIGKILL, and another goes on', async () => {
    const { model_id: id, job_id: jobId } = await begin()
    await untilCheckpoint(id)
    const [held] = await query<{ worker: string }>(
      `select w.name as worker from leases l join workers w on w.id = l.worker_ids[1] where l.job_id = $1`,
      [jobId],
    )
    assert.ok(held, 'the training was over before its worker could be killed')
    stack.kill(held.worker)
    await assertModel(id)
    const job = await api.job(jobId)
    assert.equal(job.reassigned, 1)
    assert.equal(job.retries, 0)
  })

  await t.test('a pause ends it with a checkpoint, a resume goes on from there', async () => {
    const { model_id: id, job_id: jobId } = await begin()
    await untilModel(id, 'an epoch', ({ epoch }) => epoch > 2)
    assert.equal(await api.post(`/api/jobs/${jobId}/pause`), 202)
    const leasesOf = () => query('select id from leases where job_id = $1', [jobId])
    await waitFor(async () => (await leasesOf()).length === 0, { what: 'no lease' })
    const [row] = await query<{ number: string | null }>(
      `select checkpoint->>'number' as number from models where id = $1`,
      [id],
    )
    assert.ok(Number(row?.number) >= 1)
    assert.equal((await api.get<Model>(`/api/models/${id}`)).status, 'paused')
    assert.equal(await api.post(`/api/jobs/${jobId}/resume`), 202)
    await assertModel(id)
  })
})
