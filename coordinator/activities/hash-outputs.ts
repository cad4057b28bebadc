// SHA-256 of each file (and its Arweave data root), read once and in order, behind the chunks that are done while
// others are still made. A hash cannot be merged from parts, so this is the one pass over the bytes.

import { Context } from '@temporalio/activity'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import type { Database, Sql } from '../database/database.ts'
import { type Notifications, notify } from '../database/notifications.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { contiguousParts, dropChunk, type PartRow } from '../ledger/ledger.ts'
import { type FileHash, readOutputs, recordHashed } from '../ledger/outputs.ts'
import type { FileHasher, HashSession } from '../parts/file-hasher.ts'
import type { PutFooter } from '../storage/footers.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'

const PARTS_AT_ONCE = 50
/**
 * In a job's first seconds the cores are left to making chunks: hashing is several times faster and catches up. Later
 * it keeps close behind them, so that a long job does not end with a long pass over all its bytes.
 */
const HASH_AFTER_MS = 5_000
/** Asked again after this long even when no notification came. */
const RECHECK_MS = 1_000

type Deps = {
  database: Database
  notifications: Notifications
  specs: JobSpecs
  hasher: FileHasher
  putFooter: PutFooter
}

export function createHashOutputs(deps: Deps): StorageActivities['hashOutputs'] {
  return async ({ jobId }) => {
    const spec = await deps.specs.get(jobId)
    await untilDue(deps, jobId)
    const known = await readOutputs(deps.database, jobId)
    for (const [tableNo, table] of spec.plan.tables.entries()) {
      const output = known.find((row) => row.tableNo === tableNo)
      if (output?.sha256 && (output.dataRoot || !spec.publishArweave)) continue
      const hash = await hashTable(deps, { spec, tableNo, chunks: table.chunks })
      const key = { jobId, tableNo, name: table.name, format: spec.format, rows: table.rows }
      await recordHashed(deps.database, key, hash)
      await notify(deps.database, 'job', jobId)
    }
  }
}

/** Returns when all chunks are there, or the job has run for a while. */
async function untilDue({ database, notifications }: Deps, jobId: string): Promise<void> {
  const { cancellationSignal: signal } = Context.current()
  const dueMs = performance.now() + HASH_AFTER_MS
  const changes = createWaiter(notifications, jobId)
  try {
    while (performance.now() < dueMs && (await isMaking(database, jobId)))
      await changes.next(signal)
  } finally {
    changes.close()
  }
}

async function isMaking(sql: Sql, jobId: string): Promise<boolean> {
  const rows = await sql.query(
    'select 1 from job_tables where job_id = $1 and chunks_done < chunks limit 1',
    [jobId],
    { prepared: 'is-making' },
  )
  return rows.length > 0
}

type Table = { spec: JobSpec; tableNo: number; chunks: number }

async function hashTable(deps: Deps, { spec, tableNo, chunks }: Table): Promise<FileHash> {
  const { jobId } = spec
  const { cancellationSignal: signal } = Context.current()
  const session = deps.hasher.begin({ withData: spec.publishArweave })
  const changes = createWaiter(deps.notifications, jobId)
  const links: Link[] = []
  try {
    for (let next = 0; next < chunks; ) {
      signal.throwIfAborted()
      const range = { jobId, tableNo, from: next, limit: PARTS_AT_ONCE }
      const parts = await contiguousParts(deps.database, range)
      if (parts.length === 0) await changes.next(signal)
      else await readParts(deps, session, { jobId, tableNo, parts })
      links.push(...parts.map(({ link }) => link))
      next += parts.length
    }
    const footer = await deps.putFooter(spec, tableNo, links)
    if (footer) await session.add([footer])
    return await session.finish()
  } finally {
    session.close()
    changes.close()
  }
}

type Reading = { jobId: string; tableNo: number; parts: PartRow[] }

/** A part that is gone leaves the ledger, so that its chunk is made again. */
async function readParts(
  { database }: Deps,
  session: HashSession,
  { jobId, tableNo, parts }: Reading,
): Promise<void> {
  try {
    await session.add(parts.map(({ link }) => link))
  } catch (error) {
    if (error instanceof AppError && error.code === 'part_missing') {
      const lost = parts.find(({ link }) => link.cid === error.details['part'])
      if (lost) await dropChunk(database, { jobId, tableNo, chunk: lost.chunk, cid: lost.link.cid })
    }
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
