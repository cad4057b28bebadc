// The process that profiles a dataset is killed in the middle: another goes on from the last checkpoint, and the profile
// is the one of an undisturbed reading.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readBatches } from '#engine/ingest/read-batches.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { createProfiler } from '#engine/profile/profiler.ts'
import { bufferFile } from '#engine/testing/uploads.ts'
import { testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

/** A second's work and more. */
const ROWS = 700_000
const CSV = Buffer.from(
  `no,town,spent,mail\n${Array.from({ length: ROWS }, (_, i) => `${i},${['Bonn', 'Ulm', 'Köln'][(i * i) % 3]},${((i * 7919) % 99_991) / 100},p${i % 5_000}@example.com`).join('\n')}\n`,
)

async function undisturbed(): Promise<unknown> {
  const { form, columns } = await inferFields(await readRecords(bufferFile(CSV)))
  const fields = columns.map(({ field }) => field)
  const profiler = createProfiler(fields, { name: 'people', seed: 0, pairs: true })
  for await (const batch of readBatches(bufferFile(CSV), fields, { form })) profiler.add(batch)
  return profiler.finish().profile
}

type Row = { status: string; attempts: number; attempt: string | null; progress: number }

test('a profile whose process is killed', async (t) => {
  const { stack, query } = await testStack(t, {
    workers: 1,
    env: { parts: { SYNDATA_CHECKPOINT_SECONDS: '0' } },
  })
  const headers = { 'x-api-key': stack.admin.api_key }
  const upload = new FormData()
  upload.set('file', new Blob([CSV]), 'people.csv')
  const sent = await fetch(`${stack.rest_url}/api/datasets`, {
    ...{ method: 'POST', headers, body: upload },
  })
  const { dataset_id } = (await sent.json()) as { dataset_id: string }
  const ask = () => fetch(`${stack.rest_url}/api/datasets/${dataset_id}/profile`, { headers })
  const read = async (): Promise<Row | undefined> => {
    const [row] = await query<Row>(
      `select status, attempts, checkpoint->>'attempt' as attempt, progress from measurements`,
    )
    return row
  }
  assert.equal((await ask()).status, 202)
  const isKept = async () => (await read())?.attempt === '1'
  await waitFor(isKept, { what: 'a checkpoint', timeoutMs: 30_000 })
  stack.kill('parts')
  assert.equal((await read())?.status, 'running', 'it was over before it could be killed')
  // What it had claimed would be free half a minute later.
  await query('update measurements set claimed_until = now()')
  const isTaken = async () => ((await read())?.attempts ?? 0) > 1
  await waitFor(isTaken, { what: 'another attempt', timeoutMs: 60_000 })
  let answer = await ask()
  await waitFor(
    async () => {
      answer = await ask()
      return answer.status !== 202
    },
    { what: 'a profile', timeoutMs: 60_000 },
  )
  assert.equal(answer.status, 200)
  const profile = JSON.parse(await answer.text()) as object
  assert.deepEqual(profile, JSON.parse(JSON.stringify(await undisturbed())))
  assert.equal((await read())?.attempts, 2)
})
