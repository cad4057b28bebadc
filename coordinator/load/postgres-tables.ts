// The tables of a job in PostgreSQL: made, checked or emptied once, in one transaction with the markers that say so.

import type pg from 'pg'
import { createTable, foreignKeys, tableName } from '#engine/formats/sql-ddl.ts'
import { columnProblems, missingTable, type PresentColumn, tableIsThere } from './check-tables.ts'
import { refusal } from './failure.ts'
import { BEGUN, KEYED, type LoadJob, type LoadTable, MARKERS } from './target.ts'

const DIALECT = 'postgresql'

export const postgresName = (name: string, { schema }: LoadJob): string =>
  tableName(name, { dialect: DIALECT, schema })

/** Throws AppError `load_failed` with everything that stands in the way. */
export async function preparePostgres(client: pg.Client, job: LoadJob): Promise<void> {
  // One at a time in a schema: two jobs may be the first to need the markers.
  await client.query(`select pg_advisory_xact_lock(hashtext($1), hashtext($2))`, [
    MARKERS,
    job.schema,
  ])
  const present = await presentTables(client, job)
  if (!present.has(MARKERS)) await createMarkers(client, job)
  const begun = await begunTables(client, job)
  if (job.mode === 'create') return create(client, job, { present, begun })
  const problems = job.tables.flatMap((table) => {
    const columns = present.get(table.name)
    return columns === undefined ? [missingTable(table.name)] : columnProblems(table.table, columns)
  })
  if (problems.length > 0) throw refusal(problems.join(' '))
  const fresh = job.tables.filter(({ name }) => !begun.has(name))
  if (fresh.length === 0) return
  // In one statement, which foreign keys among them allow.
  if (job.mode === 'truncate')
    await client.query(`truncate ${fresh.map(({ name }) => postgresName(name, job)).join(', ')}`)
  for (const table of fresh) await mark(client, job, table, BEGUN)
}

type Found = { present: Map<string, PresentColumn[]>; begun: Set<string> }

async function create(client: pg.Client, job: LoadJob, { present, begun }: Found) {
  const others = job.tables.filter(({ name }) => present.has(name) && !begun.has(name))
  if (others.length > 0) throw refusal(others.map(({ name }) => tableIsThere(name)).join(' '))
  for (const table of job.tables.filter(({ name }) => !present.has(name))) {
    // Somebody dropped it after it was made: what was in it is to be loaded again.
    await client.query(
      `delete from ${postgresName(MARKERS, job)} where job_id = $1 and table_name = $2`,
      [job.jobId, table.name],
    )
    const options = { dialect: DIALECT, schema: job.schema, foreignKeys: false } as const
    await client.query(createTable(job.config, table.table, options))
    await mark(client, job, table, BEGUN)
  }
}

/** Adds what the tables of the job refer to, which is checked then; once. */
export async function addForeignKeys(
  client: pg.Client,
  job: LoadJob,
  table: LoadTable,
): Promise<void> {
  const keys = foreignKeys(job.config, table.table, { dialect: DIALECT, schema: job.schema })
  if (keys.length === 0 || !(await mark(client, job, table, KEYED))) return
  const added = keys.map((key) => `add ${key}`).join(', ')
  await client.query(`alter table ${postgresName(table.name, job)} ${added}`)
}

/** False when the marker was there already. */
async function mark(client: pg.Client, job: LoadJob, { name }: LoadTable, chunk: number) {
  const { rowCount } = await client.query(
    `insert into ${postgresName(MARKERS, job)} values ($1, $2, $3, 0) on conflict do nothing`,
    [job.jobId, name, chunk],
  )
  return rowCount === 1
}

async function createMarkers(client: pg.Client, job: LoadJob): Promise<void> {
  await client.query(
    `create table ${postgresName(MARKERS, job)} (job_id text, table_name text, chunk integer,
       row_count bigint not null, primary key (job_id, table_name, chunk))`,
  )
}

async function begunTables(client: pg.Client, job: LoadJob): Promise<Set<string>> {
  const { rows } = await client.query<{ table_name: string }>(
    `select table_name from ${postgresName(MARKERS, job)} where job_id = $1 and chunk = $2`,
    [job.jobId, BEGUN],
  )
  return new Set(rows.map(({ table_name }) => table_name))
}

type Stored = { relname: string } & { [K in keyof PresentColumn]: PresentColumn[K] | null }

/** Columns by table; whatever has the name of one counts, as it is in the way. */
async function presentTables(client: pg.Client, job: LoadJob) {
  const { rows } = await client.query<Stored>(
    `select c.relname, a.attname as name,
       a.attnotnull and not a.atthasdef and a.attidentity = '' as required,
       a.attgenerated <> '' or a.attidentity = 'a' as generated
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 and c.relname = any($2)`,
    [job.schema, [MARKERS, ...job.tables.map(({ name }) => name)]],
  )
  const present = new Map<string, PresentColumn[]>()
  for (const { relname, name, required, generated } of rows) {
    const columns = present.get(relname) ?? []
    if (name !== null)
      columns.push({ name, required: required === true, generated: generated === true })
    present.set(relname, columns)
  }
  return present
}
