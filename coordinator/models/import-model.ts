// Brings a model file in: a thread checks and stores it, then it is a model of the project.

import type { Database, Sql } from '#coordinator/database/database.ts'
import type { UploadReaders } from '#coordinator/datasets/upload-readers.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import { type Principal, requireScope } from '#coordinator/identity/principals.ts'
import { projectForWriting } from '#coordinator/identity/projects.ts'
import type { EpochReport } from './history.ts'
import { insertImported, type ModelRow, readModel } from './model-row.ts'
import type { TakenModel } from './take-model.ts'

export type ImportDeps = { database: Database; uploads: UploadReaders }

type ImportRequest = {
  /** Asked for when the upload is in: a form may say it behind the file. */
  described: () => { projectId: string | null; name: string }
  bytes: AsyncIterable<Uint8Array>
  signal: AbortSignal
}

/**
 * `settle` runs in the transaction that creates the model. AppError as `takeModel`; `not_found` and `forbidden` for the
 * project.
 */
export async function importModel(
  { database, uploads }: ImportDeps,
  principal: Principal,
  { described, bytes, signal }: ImportRequest,
  settle: (sql: Sql, row: ModelRow) => Promise<void>,
): Promise<ModelRow> {
  requireScope(principal, 'jobs:write')
  await projectForWriting(database, principal, described().projectId)
  const { file, algorithm, provenance } = await uploads.readModel(bytes, { signal })
  const { projectId, name } = described()
  const id = newId('mdl')
  return database.transaction(async (sql) => {
    const project = await projectForWriting(sql, principal, projectId)
    await insertImported(sql, {
      ...{ id, projectId: project.id, ownerId: principal.userId, name, algorithm, file },
      options: { ...provenance.options, seed: provenance.seed },
      history: historyOf(algorithm, provenance),
    })
    const row = await readModel(sql, principal, id)
    await settle(sql, row)
    return row
  })
}

function historyOf(algorithm: string, { history }: TakenModel['provenance']): EpochReport[] {
  return history.map(({ epoch, metrics, score }) => ({ algorithm, epoch, losses: metrics, score }))
}
