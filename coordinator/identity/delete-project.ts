// The end of a project and all that is in it.

import type { Database, Sql } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { type Principal, requireRole } from './principals.ts'
import { readProject } from './projects.ts'

/**
 * Its datasets, models, connections and jobs go with it; bytes that nothing else uses go with the next sweep. Throws
 * `not_found`, `forbidden` for all but owners, or `conflict` while a job runs, or while it is a member's default.
 */
export function deleteProject(database: Database, principal: Principal, id: string): Promise<void> {
  return database.transaction(async (sql) => {
    const { role } = await readProject(sql, principal, id, { lock: true })
    requireRole(principal, role, 'owner')
    await requireIdle(sql, id)
    await sql.query('delete from measurements where project_id = $1', [id])
    await sql.query('delete from models where project_id = $1', [id])
    await sql.query('delete from datasets where project_id = $1', [id])
    await sql.query('delete from connections where project_id = $1', [id])
    await sql.query(
      'update jobs set deleted_at = now() where project_id = $1 and deleted_at is null',
      [id],
    )
    await sql.query('delete from project_members where project_id = $1', [id])
    // Records of jobs go later, and are of it until then.
    await sql.query('update projects set deleted_at = now() where id = $1', [id])
  })
}

async function requireIdle(sql: Sql, id: string): Promise<void> {
  const [member] = await sql.query(
    'select 1 from project_members where project_id = $1 and is_default limit 1',
    [id],
  )
  if (member !== undefined) {
    const detail = 'It is the default project of a member: what names no project goes there.'
    throw new AppError('conflict', detail)
  }
  const [job] = await sql.query<{ id: string }>(
    `select id from jobs where project_id = $1 and status in ('pending', 'generating', 'paused')
       and deleted_at is null limit 1`,
    [id],
  )
  if (job === undefined) return
  throw new AppError('conflict', `The job ${job.id} runs in it; cancel it or wait for it.`)
}
