// The tables of a job in an SQLite file: made, checked or emptied once, in one transaction with the markers that say so.

import type { DatabaseSync } from 'node:sqlite'
import { createTable } from '#engine/formats/sql-ddl.ts'
import { sqlName } from '#engine/formats/sql-dialect.ts'
import { columnProblems, missingTable, type PresentColumn, tableIsThere } from './check-tables.ts'
import { refusal } from './failure.ts'
import { BEGUN, type LoadJob, MARKERS } from './target.ts'

/** SQLite does not look at the case of names. */
const fold = (name: string): string => name.toLowerCase()

/** In a transaction. Throws AppError `load_failed` with everything that stands in the way. */
export function prepareSqlite(database: DatabaseSync, job: LoadJob): void {
  database.exec(
    `create table if not exists ${MARKERS} (job_id text, table_name text, chunk integer,
       row_count integer not null, primary key (job_id, table_name, chunk))`,
  )
  const present = new Set(
    database
      .prepare(`select name from sqlite_master where type in ('table', 'view')`)
      .all()
      .map(({ name }) => fold(String(name))),
  )
  const begun = new Set(
    database
      .prepare(`select table_name from ${MARKERS} where job_id = ? and chunk = ?`)
      .all(job.jobId, BEGUN)
      .map(({ table_name: name }) => String(name)),
  )
  if (job.mode === 'create') create(database, job, { present, begun })
  else useAsTheyAre(database, job, { present, begun })
}

type Found = { present: Set<string>; begun: Set<string> }

function useAsTheyAre(database: DatabaseSync, job: LoadJob, { present, begun }: Found): void {
  const problems = job.tables.flatMap(({ name, table }) =>
    present.has(fold(name))
      ? columnProblems(table, columnsOf(database, name), fold)
      : [missingTable(name)],
  )
  if (problems.length > 0) throw refusal(problems.join(' '))
  // Children first, which their foreign keys ask for.
  for (const { name } of job.tables.toReversed()) {
    if (begun.has(name)) continue
    if (job.mode === 'truncate') database.exec(`delete from ${sqlName(name, 'sqlite')}`)
    mark(database, job, name)
  }
}

/** With foreign keys, which cannot be added later. */
function create(database: DatabaseSync, job: LoadJob, { present, begun }: Found): void {
  const others = job.tables.filter(({ name }) => present.has(fold(name)) && !begun.has(name))
  if (others.length > 0) throw refusal(others.map(({ name }) => tableIsThere(name)).join(' '))
  for (const { name, table } of job.tables) {
    if (present.has(fold(name))) continue
    // Somebody dropped it after it was made: what was in it is to be loaded again.
    database
      .prepare(`delete from ${MARKERS} where job_id = ? and table_name = ?`)
      .run(job.jobId, name)
    database.exec(createTable(job.config, table, { dialect: 'sqlite' }))
    mark(database, job, name)
  }
}

function mark(database: DatabaseSync, job: LoadJob, name: string): void {
  database
    .prepare(`insert or ignore into ${MARKERS} values (?, ?, ?, 0)`)
    .run(job.jobId, name, BEGUN)
}

/** Sources: "PRAGMA table_xinfo", of which hidden is 2 or 3 for generated columns; "Rowid Tables". */
function columnsOf(database: DatabaseSync, table: string): PresentColumn[] {
  return database
    .prepare(`select name, type, "notnull", dflt_value, pk, hidden from pragma_table_xinfo(?)`)
    .all(table)
    .map(({ name, type, notnull, dflt_value: fallback, pk, hidden }) => ({
      name: String(name),
      required:
        notnull === 1 && fallback === null && !(pk === 1 && /^integer$/i.test(String(type))),
      generated: Number(hidden) >= 2,
    }))
}
