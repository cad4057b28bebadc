// Which blocks of the store a caller may have over the gateway: published ones, and those of jobs that they see.

import type { FastifyRequest } from 'fastify'
import type { Database } from '#coordinator/database/database.ts'
import { hasScope, isAdmin } from '#coordinator/identity/principals.ts'
import type { Authentication } from './authentication.ts'

/** Files, manifests, roots and chunks of unpublished jobs are found by their own CIDs, not by what lies below. */
export function createMayRead({
  auth,
  database,
}: {
  auth: Authentication
  database: Database
}): (request: FastifyRequest, cid: string) => Promise<boolean> {
  return async (request, cid) => {
    const published = await database.query('select 1 from public_blocks where cid = $1 limit 1', [
      cid,
    ])
    if (published.length > 0) return true
    const principal = auth.principalIfAny(request)
    if (principal === null || !hasScope(principal, 'jobs:read')) return false
    const owned = await database.query(
      `select 1 from jobs j left join project_members m on m.project_id = j.project_id and m.user_id = $2
       where j.deleted_at is null and ($3 or m.user_id is not null) and j.id in (
         select job_id from outputs where cid = $1
         union all select id from jobs where root_cid = $1
         union all select id from jobs where manifest_cid = $1
         union all select job_id from chunks where cid = $1) limit 1`,
      [cid, principal.userId, isAdmin(principal)],
    )
    return owned.length > 0
  }
}
