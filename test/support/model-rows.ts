// A trained model in a project, as if it had been trained there.

import { createHash } from 'node:crypto'
import type { Sql } from '#coordinator/database/database.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'

type Owner = { projectId: string; userId: string }

/** The id of a model with this file; without one it is still being trained. */
export async function insertModel(
  { sql, store }: { sql: Sql; store: BlockStore },
  { projectId, userId }: Owner,
  file: Uint8Array | null,
): Promise<string> {
  const id = `mdl_${Math.random().toString(36).slice(2, 12)}`
  const link = file && (await putPart(store, file))
  const sha256 = file && createHash('sha256').update(file).digest('hex')
  await sql.query(
    `insert into models (id, project_id, owner_id, name, algorithm, file_cid, file_bytes, file_sha256, file_algorithm)
     values ($1, $2, $3, 'people', 'gaussian_copula', $4, $5, $6, $7)`,
    [
      ...[id, projectId, userId, link?.cid ?? null, link?.bytes ?? null, sha256],
      file ? 'gaussian_copula' : null,
    ],
  )
  return id
}
