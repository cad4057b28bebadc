import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_PART_BYTES } from '#engine/dag/part.ts'
import type { Sql } from '../database/database.ts'
import type { JobSpec } from '../ledger/job-spec.ts'
import type { LeaseRow } from '../ledger/leases.ts'
import { createUploadQuota } from '../parts/upload-quota.ts'
import { verifyUpload } from '../storage/upload-token.ts'
import { createHand } from './hand.ts'
import { createInputGrants, type InputRef } from './input-grants.ts'
import { createLease } from './lease.ts'
import type { ConnectedWorker } from './registry.ts'

const KEY = Buffer.alloc(32, 7)
const spec = { specDigest: 'd', body: '{}', inputs: [] as InputRef[] } as JobSpec

/** The upload token that a worker is handed with these chunks. */
async function tokenFor(
  row: Partial<LeaseRow>,
  chunks: number[],
  { kind = 'generate', strictClass = false }: Partial<JobSpec> = {},
): Promise<string> {
  const sent = Promise.withResolvers<string>()
  const worker = {
    id: 'w',
    runtimeClass: 'avx512f',
    leases: new Set<string>(),
    specs: new Set(['d']),
    trainings: new Set<string>(),
    send: (message: Parameters<ConnectedWorker['send']>[0]) => {
      if (message.case === 'assign') sent.resolve(message.value.upload?.token ?? '')
    },
  } as unknown as ConnectedWorker
  const hand = createHand({
    sql: { query: () => Promise.resolve([{ runtime_class: 'avx2' }]) } as unknown as Sql,
    uploadKey: KEY,
    partsUrl: 'http://parts',
    partMaxBytes: 1_000,
    beginTraining: async () => null,
    grantInputs: createInputGrants({ key: KEY, baseUrl: 'http://parts' }),
    onFailed: (_worker, _lease, error) => sent.reject(error),
  })
  const whole = { id: 'l', jobId: 'j', tableNo: 0, workerIds: [], ...row } as unknown as LeaseRow
  void hand(
    worker,
    createLease(whole, { spec: { ...spec, kind, strictClass }, missing: chunks, nowMs: 0 }),
    chunks,
  )
  return sent.promise
}

test('who is handed the rest of a lease may put it, whatever was put before', async () => {
  const nowS = Math.floor(Date.now() / 1000)
  const quota = createUploadQuota()
  const put = (token: string, cid: string) => {
    const admission = quota.admit(verifyUpload(KEY, token, nowS), cid, nowS)
    admission.accept()
    admission.end()
  }
  const range = { from: 0, to: 26 }
  const all = Array.from({ length: 26 }, (_, chunk) => chunk)
  const first = await tokenFor(range, all)
  for (const chunk of all.slice(0, 24)) put(first, `cid-${chunk}`)
  const second = await tokenFor(range, all.slice(24))
  for (const chunk of all.slice(24)) put(second, `cid-${chunk}`)
  assert.throws(() => put(second, 'cid-of-no-chunk'), /has put its 26 parts/)
})

test('parts of rows are as large as the operator says, files of trainings as parts may be', async () => {
  const nowS = Math.floor(Date.now() / 1000)
  const range = { from: 0, to: 1 }
  const rows = verifyUpload(KEY, await tokenFor(range, [0]), nowS)
  const training = verifyUpload(KEY, await tokenFor(range, [0], { kind: 'train' }), nowS)
  assert.deepEqual([rows.maxBytes, training.maxBytes], [1_000, MAX_PART_BYTES])
})

test('a strict job that began in another class meanwhile is not handed out', async () => {
  const handed = tokenFor({ from: 0, to: 1 }, [0], { strictClass: true })
  await assert.rejects(handed, /began in the runtime class avx2/)
})
