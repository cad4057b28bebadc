// Jobs that sample a model, while the parts process is away and workers die: the rows are those that the model draws here.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { concatLinks } from '#engine/dag/concat.ts'
import { partOf } from '#engine/dag/part.ts'
import { openModelDataset } from '#engine/library.ts'
import { openModels } from '#engine/models/open-models.ts'
import { peopleModel } from '#engine/testing/small-model.ts'
import type { Job } from '#scripts/demo/api.ts'
import { verifyChunks } from '#scripts/verify/check-chunks.ts'
import { readManifest } from '#scripts/verify/read-manifest.ts'
import { insertModel } from '#test/support/model-rows.ts'
import { testStack } from '#test/support/stack.ts'

const REQUEST = { rows: 50_000, seed: 11, conditions: { plan: 'paid' } }
const CHUNK_ROWS = 2_500

/** The CID of the file as this process draws it, in other pieces. */
async function expectedCid(file: Uint8Array): Promise<string> {
  const dataset = await openModelDataset(file, {
    ...REQUEST,
    name: 'synthetic',
    chunkRows: CHUNK_ROWS,
  })
  const links = []
  for await (const bytes of dataset.table('synthetic').bytes()) links.push(partOf(bytes).link)
  await dataset.close()
  return concatLinks(links, () => undefined).cid
}

test('a job of a model survives what its workers and the parts process do not', async (t) => {
  const file = await peopleModel('argn')
  const cid = await expectedCid(file)
  const { stack, api, query, untilShare } = await testStack(t, { workers: 3 })
  const [owner] = await query<{ projectId: string; userId: string }>(
    `select project_id as "projectId", user_id as "userId" from project_members where is_default limit 1`,
  )
  assert.ok(owner)
  const store = await createFolderStore(join(stack.dataDir, 'store'))
  const modelId = await insertModel({ sql: { query }, store }, owner, file)
  const submit = async () =>
    (await api.submit({ model_id: modelId, ...REQUEST, chunk_rows: CHUNK_ROWS })).job_id
  const jobs: Job[] = []
  const finished = async (jobId: string) => {
    const job = await api.until(
      jobId,
      ({ status }) => status === 'completed' || status === 'failed',
      {
        timeoutMs: 60_000,
      },
    )
    assert.deepEqual(
      job.outputs.map((output) => output.cid),
      [cid],
      JSON.stringify(job.error),
    )
    return job
  }

  await t.test(
    'the parts process dies before workers have the model, and a worker while it draws',
    async () => {
      stack.kill('parts')
      const jobId = await submit()
      await untilShare(jobId, 0.2)
      stack.kill('worker-1')
      const job = await finished(jobId)
      assert.equal(job.retries, 0)
      jobs.push(job)
      assert.deepEqual(
        job.outputs.flatMap(({ ipfs_urls }) => ipfs_urls),
        [],
      )
    },
  )

  await t.test('whoever has the model makes chunks of it again', async () => {
    const [job] = jobs
    assert.ok(job?.root_cid)
    const options = { gateway: stack.rest_url, apiKey: stack.admin.api_key }
    const found = await readManifest(job.root_cid, options)
    const check = { sample: 3, onChunk: () => undefined }
    await assert.rejects(verifyChunks(found, check), { code: 'forbidden', message: /--model/ })
    const { checked, mismatches } = await verifyChunks(found, {
      ...check,
      models: await openModels([file]),
    })
    assert.deepEqual([checked, mismatches], [3, []])
    const preview = await api.get<{ rows: unknown[][] }>(`/api/jobs/${job.job_id}/preview?rows=5`)
    assert.deepEqual(
      preview.rows.map((row) => row[2]),
      Array(5).fill('paid'),
    )
  })

  await t.test('what conditions cost is told where rows are drawn again for them', async () => {
    const tvae = await insertModel({ sql: { query }, store }, owner, await peopleModel('tvae'))
    const drawn = await api.submit({ model_id: tvae, ...REQUEST, rows: 3_000, chunk_rows: 1_000 })
    const { tables } = await api.until(drawn.job_id, ({ status }) => status === 'completed')
    const [shares, built] = [tables, jobs[0]?.tables].map((of) =>
      of?.map((table) => table.accepted_share),
    )
    assert.ok(
      shares?.every((share) => share !== null && share > 0 && share < 1),
      String(shares),
    )
    assert.deepEqual(built, [null])
  })
})
