// The tables of a job in MySQL, whose statements about tables commit by themselves: each marker is written so that a
// crash between two of them leaves nothing that the next call would take for somebody else's.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import { createTable } from '#engine/formats/sql-ddl.ts'
import { sqlName } from '#engine/formats/sql-dialect.ts'
import { columnProblems, missingTable, type PresentColumn, tableIsThere } from './check-tables.ts'
import { refusal } from './failure.ts'
import { BEGUN, type LoadJob, MARKERS } from './target.ts'

const LOCK_SECONDS = 30

/** Throws AppError `load_failed` with everything that stands in the way. */
export async function prepareMysql(client: Connection, job: LoadJob): Promise<void> {
  // One at a time; the end of the connection gives it back, too.
  const [[lock]] = await client.query<RowDataPacket[]>('select get_lock(?, ?) as held', [
    MARKERS,
    LOCK_SECONDS,
  ])
  if (lock?.['held'] !== 1)
    throw refusal('Another job prepares its tables in this database.', { retryable: true })
  await client.query(
    `create table if not exists ${MARKERS} (job_id varchar(64), table_name varchar(64), chunk int,
       row_count bigint not null, primary key (job_id, table_name, chunk))
     default character set utf8mb4 collate utf8mb4_bin`,
  )
  const found = { present: await presentTables(client, job), begun: await begunTables(client, job) }
  if (job.mode === 'create') await create(client, job, found)
  else await useAsTheyAre(client, job, found)
  await client.query('select release_lock(?)', [MARKERS])
}

type Found = { present: Map<string, PresentColumn[]>; begun: Set<string> }

/** With foreign keys: what they refer to is loaded first. */
async function create(client: Connection, job: LoadJob, { present, begun }: Found): Promise<void> {
  const others = job.tables.filter(({ name }) => present.has(name) && !begun.has(name))
  if (others.length > 0) throw refusal(others.map(({ name }) => tableIsThere(name)).join(' '))
  for (const { name, table } of job.tables) {
    if (present.has(name)) continue
    // Never made, or dropped after it was made: what was in it is to be loaded again.
    await client.query(`delete from ${MARKERS} where job_id = ? and table_name = ?`, [
      job.jobId,
      name,
    ])
    await mark(client, job, name)
    await client.query(createTable(job.config, table, { dialect: 'mysql' }))
  }
}

async function useAsTheyAre(client: Connection, job: LoadJob, { present, begun }: Found) {
  const problems = job.tables.flatMap(({ name, table }) => {
    const columns = present.get(name)
    return columns === undefined ? [missingTable(name)] : columnProblems(table, columns, fold)
  })
  if (problems.length > 0) throw refusal(problems.join(' '))
  await client.query('begin')
  // Children first, which their foreign keys ask for.
  for (const { name } of job.tables.toReversed()) {
    if (begun.has(name)) continue
    if (job.mode === 'truncate') await client.query(`delete from ${sqlName(name, 'mysql')}`)
    await mark(client, job, name)
  }
  await client.query('commit')
}

/** Names of columns are not told apart by case. */
const fold = (name: string): string => name.toLowerCase()

async function mark(client: Connection, job: LoadJob, name: string): Promise<void> {
  await client.query(`insert ignore into ${MARKERS} values (?, ?, ?, 0)`, [job.jobId, name, BEGUN])
}

async function begunTables(client: Connection, job: LoadJob): Promise<Set<string>> {
  const [rows] = await client.query<RowDataPacket[]>(
    `select table_name as name from ${MARKERS} where job_id = ? and chunk = ?`,
    [job.jobId, BEGUN],
  )
  return new Set(rows.map(({ name }) => String(name)))
}

async function presentTables(
  client: Connection,
  { tables }: LoadJob,
): Promise<Map<string, PresentColumn[]>> {
  const [rows] = await client.query<RowDataPacket[]>(
    `select t.table_name as in_table, c.column_name as name,
       c.is_nullable = 'NO' and c.column_default is null and c.extra = '' as required,
       c.extra like '%generated%' and c.extra not like '%default_generated%' as generated
     from information_schema.tables t join information_schema.columns c
       on c.table_schema = t.table_schema and c.table_name = t.table_name
     where t.table_schema = database() and t.table_name in (?)`,
    [tables.map(({ name }) => name)],
  )
  const present = new Map<string, PresentColumn[]>()
  for (const { in_table: table, name, required, generated } of rows) {
    const columns = present.get(table) ?? []
    columns.push({ name, required: required === 1, generated: generated === 1 })
    present.set(table, columns)
  }
  return present
}
