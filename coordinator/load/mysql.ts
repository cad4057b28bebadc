// MySQL and MariaDB as a target: LOAD DATA from a stream where the server takes it, else INSERT with bound values, each
// chunk in a transaction with its marker.

import { Readable } from 'node:stream'
import type { Connection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { OpenedServer } from '#coordinator/connections/connection.ts'
import { connectMysql } from '#coordinator/connections/mysql-client.ts'
import type { ColumnType } from '#engine/config/types.ts'
import { csvDialect, csvHeader } from '#engine/formats/dialect.ts'
import { sqlName, sqlText } from '#engine/formats/sql-dialect.ts'
import { batchesOf } from './batches.ts'
import { ANSWER_BYTES_MAX, createClients } from './clients.ts'
import { prepareMysql } from './mysql-tables.ts'
import { readRows } from './read-rows.ts'
import {
  type LoadJob,
  type LoadTable,
  MARKERS,
  refersToItself,
  type StoredChunk,
  type Target,
} from './target.ts'

/** Of a statement, by the protocol. */
const PARAMETERS_MAX = 65_535

/** What is refused is refused, moments are UTC, and a lock is on the rows that are there alone. */
const SESSION = [
  "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  'set session transaction isolation level read committed',
]

export function createMysqlTarget(server: OpenedServer, job: LoadJob): Target {
  const { options } = server
  const clients = createClients<Connection>({
    async connect(how) {
      const limits = { bytesMax: ANSWER_BYTES_MAX, localFiles: options.copy }
      const client = await connectMysql(server, { ...how, ...limits })
      for (const setting of SESSION) await client.query(setting)
      return client
    },
    end: (client) => client.end(),
    cut: (client) => client.destroy(),
  })
  const use = <T>(given: AbortSignal, work: (client: Connection) => Promise<T>) => {
    // The server has no such limit for statements that write.
    const signal = AbortSignal.any([given, AbortSignal.timeout(options.statement_timeout_ms)])
    return clients.use(signal, work)
  }
  return {
    lanes: (table) => (refersToItself(table) ? 1 : options.pool_size),
    prepare: ({ signal }) => use(signal, (client) => prepareMysql(client, job)),
    loaded: ({ name }, { signal }) =>
      use(signal, async (client) => {
        const [[row]] = await client.query<RowDataPacket[]>(
          `select count(*) as chunks, coalesce(sum(row_count), 0) as row_count from ${MARKERS}
           where job_id = ? and table_name = ? and chunk >= 0`,
          [job.jobId, name],
        )
        return { chunks: Number(row?.['chunks']), rows: Number(row?.['row_count']) }
      }),
    loadedChunks: ({ name }, { from, to, signal }) =>
      use(signal, async (client) => {
        const [rows] = await client.query<RowDataPacket[]>(
          `select chunk from ${MARKERS} where job_id = ? and table_name = ? and chunk >= ? and chunk < ?`,
          [job.jobId, name, from, to],
        )
        return new Set(rows.map(({ chunk }) => Number(chunk)))
      }),
    loadChunk: (table, chunk, { signal }) =>
      use(signal, async (client) => {
        await client.query('begin')
        const [{ affectedRows }] = await client.query<ResultSetHeader>(
          `insert ignore into ${MARKERS} values (?, ?, ?, ?)`,
          [job.jobId, table.name, chunk.chunk, chunk.rows],
        )
        const writing = { job, table, chunk, signal }
        if (affectedRows === 1 && options.copy && (await takesFiles(client)))
          await loadRows(client, writing)
        else if (affectedRows === 1) await insertRows(client, writing, options.batch_size)
        await client.query('commit')
        return affectedRows === 1
      }),
    finish: async () => undefined,
    close: clients.close,
  }
}

async function takesFiles(client: Connection): Promise<boolean> {
  const [[row]] = await client.query<RowDataPacket[]>('select @@global.local_infile as allowed')
  return row?.['allowed'] === 1
}

type Writing = { job: LoadJob; table: LoadTable; chunk: StoredChunk; signal: AbortSignal }

/** Truths are numbers here: they go through a variable. What a server only warns of is an error. */
async function loadRows(client: Connection, { job, table, chunk, signal }: Writing) {
  const { csv } = job
  const { columns, name } = table.table
  const text = (value: string) => sqlText(value, 'mysql')
  const truths = columns.flatMap(({ type }, i) => (type === 'bool' ? [i] : []))
  const fields = columns.map((column, i) =>
    truths.includes(i) ? `@b${i}` : sqlName(column.name, 'mysql'),
  )
  const sets = truths.map((i) => `${sqlName(columns[i]?.name ?? '', 'mysql')} = (@b${i} = 'true')`)
  const rows = withoutHeader(job, table, chunk, signal)
  const [result] = await client.query<ResultSetHeader>({
    sql: `load data local infile 'rows' into table ${sqlName(name, 'mysql')} character set utf8mb4
      fields terminated by ${text(csv.delimiter)} optionally enclosed by ${text(csv.quote)} escaped by ''
      lines terminated by '\\n' (${fields.join(', ')})${sets.length > 0 ? ` set ${sets.join(', ')}` : ''}`,
    infileStreamFactory: () => Readable.from(rows, { objectMode: false }),
  })
  if (result.affectedRows === chunk.rows && result.warningStatus === 0) return
  const [[warning]] = await client.query<RowDataPacket[]>('show warnings limit 1')
  const said = String(warning?.['Message'] ?? `${result.affectedRows} rows of ${chunk.rows}`)
  throw Object.assign(new Error(said), { errno: Number(warning?.['Code']), sqlState: 'HY000' })
}

/** A name may have a line end, so the line of names is known by its length alone. */
async function* withoutHeader(
  { csv }: LoadJob,
  { table }: LoadTable,
  chunk: StoredChunk,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const names = table.columns.map(({ name }) => name)
  const headed = csv.header && chunk.chunk === 0
  let skip = headed ? Buffer.byteLength(csvHeader(csvDialect(csv), csv.delimiter, names)) : 0
  for await (const piece of chunk.read({ signal })) {
    const rest = piece.subarray(skip)
    skip -= piece.length - rest.length
    if (rest.length > 0) yield rest
  }
}

async function insertRows(
  client: Connection,
  { job, table, chunk, signal }: Writing,
  batchSize: number,
): Promise<void> {
  const { columns, name } = table.table
  const most = Math.max(1, Math.min(batchSize, Math.floor(PARAMETERS_MAX / columns.length)))
  const names = columns.map((column) => sqlName(column.name, 'mysql')).join(', ')
  const into = `insert into ${sqlName(name, 'mysql')} (${names}) values `
  const marks = `(${columns.map(() => '?').join(',')})`
  const headed = job.csv.header && chunk.chunk === 0
  const source = readRows(chunk.read({ signal }), { csv: job.csv, columns: columns.length, headed })
  for await (const rows of batchesOf(source, most)) {
    const values = rows.flatMap((row) => row.map((text, i) => boundOf(text, columns[i]?.type)))
    await client.execute(into + rows.map(() => marks).join(','), values)
  }
}

const boundOf = (text: string | null, type: ColumnType | undefined): string | null =>
  text !== null && type === 'bool' ? (text === 'true' ? '1' : '0') : text
