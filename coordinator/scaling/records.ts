// What the autoscaler remembers and what it has decided, in Postgres: written before anything is done.

import type { Sql } from '../database/database.ts'
import type { Told } from './decision.ts'
import { NEW_POOL, type PoolState } from './pool-state.ts'
import type { Pool, PoolSettings } from './settings.ts'
import type { Figures } from './signals.ts'

/** Decisions that are kept. */
const DECISIONS_MAX = 10_000

export async function readPool(sql: Sql, pool: Pool): Promise<PoolState> {
  const [row] = await sql.query<{ state: PoolState }>(
    'select state from scaling_pools where pool = $1',
    [pool],
  )
  return { ...NEW_POOL, ...row?.state }
}

export type Record = {
  pool: Pool
  settings: PoolSettings
  state: PoolState
  figures: Figures
  told: readonly Told[]
}

/** One statement: all of it is there, or nothing. */
export async function recordPool(
  sql: Sql,
  { pool, settings, state, figures, told }: Record,
): Promise<void> {
  const lines = told.map((line) => ({ ...line, count: countOf(line) }))
  await sql.query(
    `with remembered as (
       insert into scaling_pools (pool, state, figures, min, max) values ($1, $2, $3, $4, $5)
       on conflict (pool) do update set state = excluded.state, figures = excluded.figures,
         min = excluded.min, max = excluded.max, updated_at = now()
     ), lines as (
       select l.* from jsonb_to_recordset($6::jsonb)
         as l(action text, reason text, places jsonb, workers jsonb, count int)
     ), told as (
       insert into scaling_decisions (pool, action, reason, figures, places, workers)
       select $1, action, reason, $3, places, array(select jsonb_array_elements_text(l.workers)) from lines l
     )
     insert into scaling_totals as t (pool, action, decisions, workers)
     select $1, action, count(*), coalesce(sum(count), 0) from lines group by action
     on conflict (pool, action) do update set decisions = t.decisions + excluded.decisions,
       workers = t.workers + excluded.workers`,
    [
      pool,
      JSON.stringify(state),
      JSON.stringify(figures),
      settings.min,
      settings.max,
      JSON.stringify(lines),
    ],
  )
}

export const countOf = ({ places }: Pick<Told, 'places'>): number =>
  Object.values(places).reduce((sum, count) => sum + count, 0)

/** The oldest go. */
export async function forgetOldDecisions(sql: Sql): Promise<void> {
  await sql.query(
    'delete from scaling_decisions where id <= (select max(id) - $1::bigint from scaling_decisions)',
    [DECISIONS_MAX],
  )
}

export type StoredDecision = {
  id: number
  at: Date
  pool: Pool
  action: Told['action']
  reason: string
  figures: Figures
  places: { [region: string]: number }
  workers: string[]
}

/** Newest first. */
export async function listDecisions(
  sql: Sql,
  {
    pool,
    action,
    limit,
    offset,
  }: {
    pool: Pool | null
    action: Told['action'] | null
    limit: number
    offset: number
  },
): Promise<{ rows: StoredDecision[]; total: number }> {
  const where = 'where ($1::text is null or pool = $1) and ($2::text is null or action = $2)'
  const rows = await sql.query<StoredDecision>(
    `select id, at, pool, action, reason, figures, places, workers from scaling_decisions ${where}
     order by id desc limit $3 offset $4`,
    [pool, action, limit, offset],
  )
  const [count] = await sql.query<{ total: number }>(
    `select count(*) as total from scaling_decisions ${where}`,
    [pool, action],
  )
  return { rows, total: count?.total ?? 0 }
}
