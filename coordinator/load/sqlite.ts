// SQLite as a target: prepared inserts into a file, each chunk in a transaction with its marker, one at a time.

import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { OpenedFile } from '#coordinator/connections/connection.ts'
import type { ColumnType } from '#engine/config/types.ts'
import { sqlName } from '#engine/formats/sql-dialect.ts'
import { isContended } from './failure.ts'
import { readRows } from './read-rows.ts'
import { prepareSqlite } from './sqlite-tables.ts'
import { type LoadJob, type LoadTable, MARKERS, type StoredChunk, type Target } from './target.ts'

/** Waiting for the file's lock inside of SQLite would stop everything else in the process. */
const LOCK_PAUSE_MS = 20

/** Opens the file, which is made if it is not there. */
export function createSqliteTarget({ file, options }: OpenedFile, job: LoadJob): Target {
  const database = new DatabaseSync(file)
  const transaction = <T>(signal: AbortSignal, work: () => Promise<T>) =>
    inTransaction(database, { signal, lockTimeoutMs: options.statement_timeout_ms }, work)
  return {
    lanes: () => 1,
    prepare: ({ signal }) => transaction(signal, async () => prepareSqlite(database, job)),
    async loaded({ name }) {
      const row = database
        .prepare(
          `select count(*) as chunks, coalesce(sum(row_count), 0) as rows from ${MARKERS}
           where job_id = ? and table_name = ? and chunk >= 0`,
        )
        .get(job.jobId, name)
      return { chunks: Number(row?.['chunks']), rows: Number(row?.['rows']) }
    },
    async loadedChunks({ name }, { from, to }) {
      const rows = database
        .prepare(
          `select chunk from ${MARKERS} where job_id = ? and table_name = ? and chunk >= ? and chunk < ?`,
        )
        .all(job.jobId, name, from, to)
      return new Set(rows.map(({ chunk }) => Number(chunk)))
    },
    loadChunk: (table, chunk, { signal }) =>
      transaction(signal, async () => {
        const { changes } = database
          .prepare(`insert or ignore into ${MARKERS} values (?, ?, ?, ?)`)
          .run(job.jobId, table.name, chunk.chunk, chunk.rows)
        if (Number(changes) === 1) await insertRows(database, { job, table, chunk, signal })
        return Number(changes) === 1
      }),
    finish: async () => undefined,
    close: async () => database.close(),
  }
}

async function inTransaction<T>(
  database: DatabaseSync,
  { signal, lockTimeoutMs }: { signal: AbortSignal; lockTimeoutMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + lockTimeoutMs
  const untilFree = async (statement: string) => {
    for (;;) {
      signal.throwIfAborted()
      try {
        return database.exec(statement)
      } catch (error) {
        if (!isContended(error) || performance.now() > deadline) throw error
        await delay(LOCK_PAUSE_MS, undefined, { signal })
      }
    }
  }
  await untilFree('begin immediate')
  try {
    const result = await work()
    await untilFree('commit')
    return result
  } catch (error) {
    // Some errors have rolled back by themselves.
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

type Writing = { job: LoadJob; table: LoadTable; chunk: StoredChunk; signal: AbortSignal }

async function insertRows(database: DatabaseSync, { job, table, chunk, signal }: Writing) {
  const { columns } = table.table
  const names = columns.map(({ name }) => sqlName(name, 'sqlite')).join(', ')
  const marks = columns.map(() => '?').join(', ')
  const insert = database.prepare(
    `insert into ${sqlName(table.name, 'sqlite')} (${names}) values (${marks})`,
  )
  const binders = columns.map(({ type }) => binderOf(type))
  const headed = job.csv.header && chunk.chunk === 0
  const source = chunk.read({ signal })
  for await (const rows of readRows(source, { csv: job.csv, columns: columns.length, headed }))
    for (const row of rows)
      insert.run(
        ...row.map((text, i) => (text === null ? null : (binders[i] as typeof asText)(text))),
      )
}

const asText = (text: string): SQLInputValue => text

/** As a literal of the type would be: a column without a type of its own keeps what it gets. */
function binderOf(type: ColumnType): (text: string) => SQLInputValue {
  if (type === 'int') return BigInt
  if (type === 'float' || type === 'decimal') return Number
  if (type === 'bool') return (text) => (text === 'true' ? 1n : 0n)
  return asText
}
