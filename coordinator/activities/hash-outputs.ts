// SHA-256 of each file (and its Arweave data root), read once and in order, behind the chunks that are done while
// others are still made. A hash cannot be merged from parts, so this is the one pass over the bytes.

import { createHash } from 'node:crypto'
import { Context } from '@temporalio/activity'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError } from '#engine/errors.ts'
import type { Database } from '../database/database.ts'
import type { Notifications } from '../database/notifications.ts'
import { notify } from '../database/notifications.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { contiguousParts, dropChunk, type PartRow } from '../ledger/ledger.ts'
import { type FileHash, readOutputs, recordHashed } from '../ledger/outputs.ts'
import { createDataHasher } from '../publish/arweave-data.ts'
import type { BlockStore } from '../storage/block-store.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'

const PARTS_AT_ONCE = 200
/** Asked again after this long even when no notification came. */
const RECHECK_MS = 1_000

type Deps = {
  database: Database
  notifications: Notifications
  specs: JobSpecs
  store: BlockStore
}

export function createHashOutputs(deps: Deps): StorageActivities['hashOutputs'] {
  return async ({ jobId }) => {
    const spec = await deps.specs.get(jobId)
    const known = await readOutputs(deps.database, jobId)
    for (const [tableNo, table] of spec.plan.tables.entries()) {
      const output = known.find((row) => row.tableNo === tableNo)
      if (output?.sha256 && (output.dataRoot || !spec.publishArweave)) continue
      const hash = await hashTable(deps, { spec, tableNo })
      const key = { jobId, tableNo, name: table.name, format: spec.format, rows: table.rows }
      await recordHashed(deps.database, key, hash)
      await notify(deps.database, 'job', jobId)
    }
  }
}

type Table = { spec: JobSpec; tableNo: number }

async function hashTable(deps: Deps, { spec, tableNo }: Table): Promise<FileHash> {
  const { jobId } = spec
  const { cancellationSignal: signal, heartbeat } = contextOf()
  const sha256 = createHash('sha256')
  const data = spec.publishArweave ? createDataHasher() : null
  const chunks = spec.plan.tables[tableNo]?.chunks ?? 0
  const changes = createWaiter(deps.notifications, jobId)
  let bytes = 0
  let next = 0
  try {
    while (next < chunks) {
      heartbeat({ tableNo, chunk: next })
      const range = { jobId, tableNo, from: next, limit: PARTS_AT_ONCE }
      const parts = await contiguousParts(deps.database, range)
      if (parts.length === 0) await changes.next(signal)
      for (const part of parts) {
        await readPart(deps, { jobId, tableNo, part, signal }, (piece) => {
          sha256.update(piece)
          data?.update(piece)
          bytes += piece.length
        })
        heartbeat({ tableNo, chunk: part.chunk })
      }
      next += parts.length
    }
  } finally {
    changes.close()
  }
  return { bytes, sha256: sha256.digest('hex'), data: dataOf(data) }
}

function contextOf(): { cancellationSignal: AbortSignal; heartbeat: (details: object) => void } {
  const { cancellationSignal, heartbeat } = Context.current()
  return { cancellationSignal, heartbeat }
}

function dataOf(hasher: ReturnType<typeof createDataHasher> | null): FileHash['data'] {
  if (!hasher) return null
  const { dataRoot, chunkHashes } = hasher.finish()
  return { root: Buffer.from(dataRoot).toString('base64url'), hashes: chunkHashes }
}

type Reading = { jobId: string; tableNo: number; part: PartRow; signal: AbortSignal }

/** A part that is gone leaves the ledger, so that its chunk is made again. */
async function readPart(
  { store, database }: Deps,
  { jobId, tableNo, part, signal }: Reading,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const { cid, bytes } = part.link
  try {
    let seen = 0
    for await (const piece of readRange(store.get, cid, 0, bytes, { signal })) {
      take(piece)
      seen += piece.length
    }
    if (seen !== bytes) throw new AppError('part_missing', `part ${cid} is cut short`)
  } catch (error) {
    if (error instanceof AppError && error.code === 'part_missing')
      await dropChunk(database, { jobId, tableNo, chunk: part.chunk, cid })
    throw error
  }
}

/** Resolves at the next change of the job since the last call, or after a while. */
function createWaiter(notifications: Notifications, jobId: string) {
  let changed = false
  let wake: () => void = () => undefined
  const stop = notifications.on('job', (payload) => {
    if (payload !== jobId && payload !== '') return
    changed = true
    wake()
  })
  return {
    async next(signal: AbortSignal): Promise<void> {
      signal.throwIfAborted()
      if (!changed) await pause(signal, (resolve) => (wake = resolve))
      signal.throwIfAborted()
      changed = false
    },
    close: stop,
  }
}

function pause(signal: AbortSignal, onWake: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, RECHECK_MS)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
    onWake(done)
  })
}
