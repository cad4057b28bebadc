// A job's rows into the database of a user: out of the store, where they are kept as for any job, chunk by chunk.

import { Context } from '@temporalio/activity'
import { type OpenConnectionDeps, openConnection } from '#coordinator/connections/connection.ts'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError } from '#engine/errors.ts'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import { appendEvent } from '../jobs/events.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { contiguousParts, type PartRow } from '../ledger/ledger.ts'
import { loadTable, named } from '../load/load-table.ts'
import { openTarget } from '../load/open-target.ts'
import { type LoadSettings, SCHEMA_DEFAULT } from '../load/settings.ts'
import type { Loaded, LoadJob, StoredChunk, Target } from '../load/target.ts'
import { type BlockStore, verified } from '../storage/block-store.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'
import { tellProgress } from './heartbeats.ts'

/** How often the job's row follows. */
const RECORD_MS = 1_000

type Deps = {
  database: Database
  specs: JobSpecs
  store: BlockStore
  connections: Omit<OpenConnectionDeps, 'sql'>
}

type Opened = { spec: JobSpec; job: LoadJob; target: Target; signal: AbortSignal }

export function createLoadActivities(
  deps: Deps,
): Pick<StorageActivities, 'prepareLoad' | 'loadOutput' | 'finishLoad'> {
  return {
    prepareLoad: ({ jobId }) =>
      withTarget(deps, jobId, ({ target, signal }) =>
        named('the tables', signal, () => target.prepare({ signal })),
      ),
    loadOutput: ({ jobId, tableNo }) =>
      withTarget(deps, jobId, (opened) => loadOutput(deps, opened, tableNo)),
    finishLoad: ({ jobId }) =>
      withTarget(deps, jobId, ({ target, signal }) =>
        named('foreign keys', signal, () => target.finish({ signal })),
      ),
  }
}

/** What is open belongs to the activity: a retry begins with a new address and new connections. */
async function withTarget(
  { database, specs, connections }: Deps,
  jobId: string,
  work: (opened: Opened) => Promise<void>,
): Promise<void> {
  const { cancellationSignal: signal } = Context.current()
  const spec = await specs.get(jobId)
  if (spec.load === null) throw new AppError('internal', `job ${jobId} has no connection`)
  const deps = { sql: database, ...connections }
  const connection = await openConnection(deps, spec.load.connection_id, { signal })
  const job = loadJobOf(spec, spec.load)
  const target = await named('the database', signal, async () => openTarget(connection, job))
  try {
    await work({ spec, job, target, signal })
  } finally {
    await target.close()
  }
}

function loadJobOf({ jobId, config, plan }: JobSpec, load: LoadSettings): LoadJob {
  return {
    jobId,
    config,
    csv: config.output.csv ?? CSV_DEFAULTS,
    tables: plan.tables.map(({ name, rows, chunks }) => {
      const table = config.tables.find((one) => one.name === name)
      if (!table) throw new AppError('internal', `the config has no table ${name}`)
      return { name, table, rows, chunks }
    }),
    mode: load.mode,
    schema: load.schema ?? SCHEMA_DEFAULT,
  }
}

async function loadOutput(
  { database, store }: Deps,
  { spec, job, target, signal }: Opened,
  tableNo: number,
): Promise<void> {
  const table = job.tables[tableNo]
  if (!table) throw new AppError('not_found', `job ${job.jobId} has no table ${tableNo}`)
  const { jobId } = job
  const parts = verified(store)
  const progress = createProgress(database, { jobId, tableNo })
  try {
    await loadTable(
      {
        target,
        chunksFrom: async (from, limit) =>
          (await contiguousParts(database, { jobId, tableNo, from, limit })).map((part) =>
            storedChunk(parts, part),
          ),
        onProgress: (loaded) => progress.tell(loaded),
      },
      table,
      { signal },
    )
    await progress.end()
  } finally {
    progress.close()
  }
  const into = spec.load?.schema ? `${spec.load.schema}.${table.name}` : table.name
  const message = `Loaded ${table.rows} rows into ${into}`
  await database.transaction((sql) => appendEvent(sql, { jobId, kind: 'log', message }))
}

const storedChunk = (store: BlockStore, { chunk, rows, link }: PartRow): StoredChunk => ({
  chunk,
  rows,
  read: ({ signal }) => readRange(store.get, link.cid, 0, link.bytes, { signal }),
})

/** Heartbeats say how far it is at once, the job's row within a second. */
function createProgress(
  database: Database,
  { jobId, tableNo }: { jobId: string; tableNo: number },
) {
  let latest: Loaded = { chunks: 0, rows: 0 }
  let written = -1
  let writing = Promise.resolve()
  const write = async () => {
    if (latest.rows === written) return
    written = latest.rows
    await database.query(
      'update outputs set loaded_rows = $3 where job_id = $1 and table_no = $2',
      [jobId, tableNo, written],
    )
    await notify(database, 'job', jobId)
  }
  const timer = setInterval(() => {
    // One that fails is made up for by the next, and at the end.
    writing = writing.then(write).catch(() => {
      written = -1
    })
  }, RECORD_MS)
  return {
    tell(loaded: Loaded) {
      latest = { ...loaded }
      tellProgress(latest)
    },
    async end() {
      clearInterval(timer)
      await writing
      await write()
    },
    close: () => clearInterval(timer),
  }
}
