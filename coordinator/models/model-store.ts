// The files of models, for whoever samples or serves them.

import type { Sql } from '#coordinator/database/database.ts'
import { isId } from '#coordinator/identity/new-id.ts'
import { type Principal, type ProjectRole, viewer } from '#coordinator/identity/principals.ts'
import { AppError } from '#engine/errors.ts'
import type { Algorithm } from '#engine/models/model-file.ts'

/** A private file: the root of its tree in the part store, its length, its SHA-256 in lower-case hex. */
type StoredModelFile = { cid: string; bytes: number; sha256: string; algorithm: Algorithm }

type ModelFileAccess = StoredModelFile & {
  /** Whose model it is: what samples it must be of the same project. */
  projectId: string
  /** The caller's role there; null for an administrator who is not a member. */
  role: ProjectRole | null
}

/**
 * The file of a model that is trained or was brought in. Throws AppError `not_found` where the model does not exist or is
 * not the caller's to see, `conflict` while it has no file.
 */
export async function modelFile(
  sql: Sql,
  principal: Principal,
  modelId: string,
): Promise<ModelFileAccess> {
  const [row] = isId(modelId)
    ? await sql.query<Partial<StoredModelFile> & { projectId: string; role: ProjectRole | null }>(
        `select file_cid as cid, file_bytes as bytes, file_sha256 as sha256, file_algorithm as algorithm,
           v.project_id as "projectId", m.role
         from models v left join project_members m on m.project_id = v.project_id and m.user_id = $1
         where v.id = $3 and ($2 or m.user_id is not null)`,
        [...viewer(principal), modelId],
      )
    : []
  if (row === undefined) throw noModel(modelId)
  const { cid, bytes, sha256, algorithm } = row
  if (!cid || !sha256 || !algorithm) {
    throw new AppError('conflict', 'The model has no file yet; wait until it is completed.')
  }
  return { cid, bytes: Number(bytes), sha256, algorithm, projectId: row.projectId, role: row.role }
}

export function noModel(modelId: string): AppError {
  return new AppError('not_found', `There is no model ${modelId.slice(0, 64)}.`)
}
