// A search for the best algorithm through REST on a whole installation: a preview before the end, progress on the event
// stream, a winner by name, and its evaluation on rows that nothing learned.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openEvents, type ServerEvent } from '#test/support/server-events.ts'
import { testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const ROWS = 3_000
/** Plans change from decade to decade of `age`, but for every tenth row: no correlation tells that. */
const CSV = [
  'plan,age,spend',
  ...Array.from({ length: ROWS }, (_, i) => {
    const age = 20 + ((i * 7_919) % 41)
    const isPaid = Math.floor(age / 10) % 2 === (i % 10 === 0 ? 0 : 1)
    return [isPaid ? 'paid' : 'free', age, (i * 31) % 90].join()
  }),
].join('\n')

/** Trainings and measurements give way to whatever else runs on the machine. */
const LONG_MS = 120_000
/** Time for all algorithms on any machine. */
const REQUEST = { algorithm: 'auto', seed: 3, epochs: 20, time_budget_seconds: 3_600 }

/** Scores that are nearer are of equals. */
const CHANCE = 0.01

type Model = {
  status: string
  algorithm: string
  trained_algorithm: string | null
  candidates: { algorithm: string; score: number | null }[]
  trained_on: { worker: string; gpu: string | null; provider: string | null } | null
  preview: { algorithm: string } | null
  error: unknown
}
type Measured = {
  status: string
  error: unknown
  evaluation: { rows: { real: number; holdout: number | null } } | null
}

test('auto previews a copula, tries the others and keeps the best', async (t) => {
  const { stack, api } = await testStack(t, { workers: 1 })
  const headers = { 'x-api-key': stack.admin.api_key }
  const upload = new FormData()
  upload.set('file', new Blob([CSV]), 'people.csv')
  const sent = await fetch(`${stack.rest_url}/api/datasets`, {
    ...{ method: 'POST', headers, body: upload },
  })
  const { dataset_id } = (await sent.json()) as { dataset_id: string }
  const made = await fetch(`${stack.rest_url}/api/models`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ dataset_id, ...REQUEST }),
  })
  assert.equal(made.status, 202)
  const { model_id: id } = (await made.json()) as { model_id: string }
  const url = `${stack.rest_url}/api/models/${id}`
  const events = await openEvents(t, `${url}/events`, headers)
  const read = () => api.get<Model>(`/api/models/${id}`)

  const hasPreview = async () => (await read()).preview !== null
  await waitFor(hasPreview, { what: 'a preview', timeoutMs: LONG_MS })
  const early = await read()
  assert.deepEqual([early.status, early.preview?.algorithm], ['training', 'gaussian_copula'])
  const preview = await fetch(`${url}/file?preview=true`, { headers })
  assert.equal(preview.status, 200)
  await preview.body?.cancel()

  const told: ServerEvent[] = await events.rest()
  const model = await read()
  assert.equal(model.status, 'completed', JSON.stringify(model.error))
  const progress = told.filter(({ event }) => event === 'progress').map(({ data }) => data)
  assert.ok(progress.some((data) => Number(data['epoch']) > 0))
  assert.equal(told.at(-1)?.event, 'done')
  assert.deepEqual(
    model.candidates.map(({ algorithm }) => algorithm),
    ['gaussian_copula', 'argn', 'tvae', 'ctgan'],
  )
  const scoreOf = (name: string | null): number =>
    model.candidates.find(({ algorithm }) => algorithm === name)?.score ?? Number.NaN
  const best = Math.max(...model.candidates.map(({ score }) => score ?? 0))
  assert.ok(scoreOf(model.trained_algorithm) > best - CHANCE, JSON.stringify(model.candidates))
  assert.ok(scoreOf(model.trained_algorithm) > scoreOf('gaussian_copula') + CHANCE)
  assert.deepEqual([model.trained_on?.provider, model.trained_on?.gpu], ['cpu', null])

  let found: Measured | null = null
  await waitFor(
    async () => {
      found = await api.get<Measured>(`/api/models/${id}/evaluation`).catch(() => null)
      return found?.status === 'completed' || found?.status === 'failed'
    },
    { what: 'the evaluation', timeoutMs: LONG_MS },
  )
  const { evaluation, error } = found as unknown as Measured
  assert.deepEqual(
    [evaluation?.rows.real, evaluation?.rows.holdout],
    [0.9 * ROWS, 0.1 * ROWS],
    JSON.stringify(error),
  )
})
