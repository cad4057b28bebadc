// PostgreSQL as a target: COPY straight from the stored bytes, or INSERT with bound values, each chunk in a transaction
// with its marker.

import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { OpenedServer } from '#coordinator/connections/connection.ts'
import { connectPostgres } from '#coordinator/connections/postgres-client.ts'
import { sqlName, sqlText } from '#engine/formats/sql-dialect.ts'
import { batchesOf } from './batches.ts'
import { ANSWER_BYTES_MAX, createClients } from './clients.ts'
import { addForeignKeys, postgresName, preparePostgres } from './postgres-tables.ts'
import { readRows, type TextRow } from './read-rows.ts'
import {
  type Loaded,
  type LoadJob,
  type LoadTable,
  MARKERS,
  refersToItself,
  type StoredChunk,
  type Target,
} from './target.ts'

/** Of a statement, by the protocol. */
const PARAMETERS_MAX = 65_535

export function createPostgresTarget(server: OpenedServer, job: LoadJob): Target {
  const { options } = server
  const clients = createClients<pg.Client>({
    connect: (how) => connectPostgres(server, { ...how, bytesMax: ANSWER_BYTES_MAX }),
    end: (client) => client.end(),
    // In the middle of a query it does not wait for the server.
    cut: (client) => void client.end().catch(() => undefined),
  })
  const write = options.copy ? copyRows : insertRows(options.batch_size)
  const transaction = <T>(
    signal: AbortSignal,
    work: (client: pg.Client) => Promise<T>,
    timeoutMs = options.statement_timeout_ms,
  ) =>
    clients.use(signal, async (client) => {
      await client.query(
        `begin; set local time zone 'UTC'; set local statement_timeout = ${Math.trunc(timeoutMs)}`,
      )
      const result = await work(client)
      await client.query('commit')
      return result
    })
  return {
    lanes: (table) => (job.mode !== 'create' && refersToItself(table) ? 1 : options.pool_size),
    prepare: ({ signal }) => transaction(signal, (client) => preparePostgres(client, job)),
    loaded: (table, { signal }) => transaction(signal, (client) => countLoaded(client, job, table)),
    loadedChunks: (table, { from, to, signal }) =>
      transaction(signal, (client) => chunksThere(client, job, table, { from, to })),
    loadChunk: (table, chunk, { signal }) =>
      transaction(signal, async (client) => {
        const { rowCount } = await client.query(
          `insert into ${postgresName(MARKERS, job)} values ($1, $2, $3, $4) on conflict do nothing`,
          [job.jobId, table.name, chunk.chunk, chunk.rows],
        )
        if (rowCount === 1) await write(client, { job, table, chunk, signal })
        return rowCount === 1
      }),
    async finish({ signal }) {
      if (job.mode !== 'create') return
      // Without a limit: all rows are checked, which takes as long as there are rows.
      for (const table of job.tables)
        await transaction(signal, (client) => addForeignKeys(client, job, table), 0)
    },
    close: clients.close,
  }
}

async function countLoaded(client: pg.Client, job: LoadJob, { name }: LoadTable): Promise<Loaded> {
  const { rows } = await client.query<{ chunks: string; rows: string }>(
    `select count(*) as chunks, coalesce(sum(row_count), 0) as rows from ${postgresName(MARKERS, job)}
     where job_id = $1 and table_name = $2 and chunk >= 0`,
    [job.jobId, name],
  )
  return { chunks: Number(rows[0]?.chunks), rows: Number(rows[0]?.rows) }
}

async function chunksThere(
  client: pg.Client,
  job: LoadJob,
  { name }: LoadTable,
  { from, to }: { from: number; to: number },
): Promise<Set<number>> {
  const { rows } = await client.query<{ chunk: number }>(
    `select chunk from ${postgresName(MARKERS, job)}
     where job_id = $1 and table_name = $2 and chunk >= $3 and chunk < $4`,
    [job.jobId, name, from, to],
  )
  return new Set(rows.map(({ chunk }) => chunk))
}

type Writing = { job: LoadJob; table: LoadTable; chunk: StoredChunk; signal: AbortSignal }

const columnsOf = ({ table }: LoadTable): string =>
  table.columns.map(({ name }) => sqlName(name, 'postgresql')).join(', ')

/** Bytes go as they are stored, no more of them than the server takes. */
async function copyRows(client: pg.Client, { job, table, chunk, signal }: Writing) {
  const { csv } = job
  const header = csv.header && chunk.chunk === 0
  const text = (value: string) => sqlText(value, 'postgresql')
  const sink = client.query(
    copyFrom(
      `copy ${postgresName(table.name, job)} (${columnsOf(table)}) from stdin (format csv, header ${header},
         delimiter ${text(csv.delimiter)}, quote ${text(csv.quote)}, null ${text(csv.null)}, encoding 'UTF8')`,
    ),
  )
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  let isOver = false
  sink.once('finish', resolve)
  sink.on('error', (error) => {
    isOver = true
    reject(error)
  })
  done.catch(() => undefined)
  for await (const piece of chunk.read({ signal })) {
    // What is written behind an error finds no connection.
    if (isOver) break
    if (sink.write(piece)) continue
    const drained = Promise.withResolvers<void>()
    sink.once('drain', drained.resolve)
    await Promise.race([drained.promise, done])
  }
  if (!isOver) sink.end()
  await done
}

const insertRows = (batchSize: number) =>
  async function insert(client: pg.Client, { job, table, chunk, signal }: Writing) {
    const columns = table.table.columns.length
    const most = Math.max(1, Math.min(batchSize, Math.floor(PARAMETERS_MAX / columns)))
    const into = `insert into ${postgresName(table.name, job)} (${columnsOf(table)}) values `
    const headed = job.csv.header && chunk.chunk === 0
    const source = chunk.read({ signal })
    const rows = readRows(source, { csv: job.csv, columns, headed })
    for await (const batch of batchesOf(rows, most))
      await client.query(into + placeholders(batch), batch.flat())
  }

/** ($1,$2),($3,$4)... */
function placeholders(rows: TextRow[]): string {
  let at = 0
  return rows.map((row) => `(${row.map(() => `$${++at}`).join(',')})`).join(',')
}
