import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCommitter } from '#coordinator/ledger/commit.ts'
import { missingChunks } from '#coordinator/ledger/ledger.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { partOf } from '#engine/dag/part.ts'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { dropLostParts } from './drop-lost-parts.ts'

test('every lost or damaged part leaves the ledger at once, and can be stored again', async (t) => {
  const { database } = await testDatabase(t)
  const dir = await mkdtemp(join(tmpdir(), 'syndata-lost-'))
  const store = await createFolderStore(dir)
  t.after(async () => {
    await store.close()
    await rm(dir, { recursive: true, force: true })
  })
  const jobId = await insertJob(database, { chunks: 5 })
  const committer = createCommitter(database, { maxRows: 10, maxDelayMs: 1 })
  // The last part has two leaves and a node above them.
  const bodies = [100, 200, 300, 400, 1_500_000].map((length) => randomBytes(length))
  const parts = bodies.map((body) => partOf(body))
  for (const [chunkNo, { link, leaves, node }] of parts.entries()) {
    const body = bodies[chunkNo] as Buffer
    for (const { cid, offset, length } of leaves)
      await store.put(cid, body.subarray(offset, offset + length))
    if (node) await store.put(node.cid, node.bytes)
    const made = {
      rows: 10,
      workerId: 'w',
      region: 'us-west',
      leaseId: 'l',
      durationMs: 1,
      drawnRows: 0,
      metRows: 0,
    }
    await committer.commit({ jobId, tableNo: 0, chunkNo, ...link, ...made })
  }
  const missing = () => missingChunks(database, { jobId, tableNo: 0, from: 0, to: 5 })
  const drop = () => dropLostParts({ database, store }, jobId, { signal: AbortSignal.any([]) })
  assert.equal(await drop(), 0)

  const gone = parts[1]?.link.cid ?? ''
  const damaged = parts[2]?.link.cid ?? ''
  await store.delete(gone)
  await store.delete(damaged)
  await store.put(damaged, randomBytes(300))
  await store.delete(parts[4]?.leaves[1]?.cid ?? '')
  assert.equal(await drop(), 3)
  assert.deepEqual(await missing(), [1, 2, 4])
  assert.equal(await store.has(damaged), false)
  const [table] = await database.query('select chunks_done, rows_done from job_tables')
  assert.deepEqual(table, { chunks_done: 2, rows_done: 20 })
  assert.equal(await drop(), 0)
})
