import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pino from 'pino'
import { insertJob } from '#test/support/job-rows.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { commitBatch } from '../ledger/commit.ts'
import { recordMerged } from '../ledger/outputs.ts'
import { createFolderStore } from '../storage/folder-store.ts'
import { putConcat, putDirectory, putPart } from '../storage/put-dag.ts'
import { sweepOnce } from './sweeper.ts'

test('what the ledger, outputs, manifest and root reach stays; what no job needs goes', async (t) => {
  const { database } = await testDatabase(t)
  const dir = await mkdtemp(join(tmpdir(), 'syndata-sweep-'))
  const store = await createFolderStore(dir)
  t.after(() => rm(dir, { recursive: true, force: true }))
  const jobId = await insertJob(database, { chunks: 2 })
  const parts = [
    await putPart(store, Buffer.alloc(10, 1)),
    await putPart(store, Buffer.alloc(2 ** 21, 2)),
  ]
  const file = await putConcat(store, parts)
  const manifest = await putPart(store, Buffer.from('{}'))
  const root = await putDirectory(store, [
    { name: 't.csv', link: file },
    { name: 'manifest.json', link: manifest },
  ])
  const waste = await putPart(store, Buffer.from('nobody needs it'))
  const rows = parts.map((link, chunkNo) => ({
    ...{ jobId, tableNo: 0, chunkNo, rows: 10, ...link },
    ...{ workerId: 'w', region: 'us-east', leaseId: 'l', durationMs: 1, drawnRows: 0, metRows: 0 },
  }))
  await commitBatch(database, rows)
  await recordMerged(database, { jobId, tableNo: 0, name: 't', format: 'csv', rows: 20 }, file)
  await database.query('update jobs set manifest_cid = $2, root_cid = $3 where id = $1', [
    jobId,
    manifest.cid,
    root.cid,
  ])
  const sweep = (graceMs: number) =>
    sweepOnce(
      { database, store, log: pino({ level: 'silent' }) },
      new AbortController().signal,
      graceMs,
    )
  await sweep(60_000)
  assert.ok(await store.has(waste.cid), 'young blocks stay')
  await sweep(-60_000)
  assert.equal(await store.has(waste.cid), false)
  for (const { cid } of [...parts, file, manifest, root]) assert.ok(await store.has(cid), cid)
  await database.query('delete from jobs where id = $1', [jobId])
  await sweep(-60_000)
  for (const { cid } of [...parts, file, manifest, root]) assert.equal(await store.has(cid), false)
})
