// Brings a model file in: checked as one that anybody may have made, then kept as a private file.

import { createHash } from 'node:crypto'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import { type Principal, requireScope } from '#coordinator/identity/principals.ts'
import { projectForWriting } from '#coordinator/identity/projects.ts'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'
import { decodeModelFile, type ModelFile } from '#engine/models/model-file.ts'
import type { EpochReport } from './history.ts'
import { insertImported, type ModelRow, readModel } from './model-row.ts'

const HISTORY_MAX = 1_000

export type ImportDeps = { database: Database; store: BlockStore }
type ImportRequest = { projectId: string | null; name: string; file: Uint8Array }

/**
 * `settle` runs in the transaction that creates. AppError `invalid_request` for bytes that are no model, `unsupported`
 * for a later format, `not_found` and `forbidden` for the project.
 */
export async function importModel(
  { database, store }: ImportDeps,
  principal: Principal,
  { projectId, name, file }: ImportRequest,
  settle: (sql: Sql, row: ModelRow) => Promise<void>,
): Promise<ModelRow> {
  requireScope(principal, 'jobs:write')
  const project = await projectForWriting(database, principal, projectId)
  const { algorithm, provenance } = decodeModelFile(file)
  const sha256 = createHash('sha256').update(file).digest('hex')
  const link = await putPart(store, file)
  const id = newId('mdl')
  return database.transaction(async (sql) => {
    await insertImported(sql, {
      ...{ id, projectId: project.id, ownerId: principal.userId, name, algorithm },
      options: { ...provenance.options, seed: provenance.seed },
      file: { ...link, sha256 },
      history: historyOf(algorithm, provenance),
    })
    const row = await readModel(sql, principal, id)
    await settle(sql, row)
    return row
  })
}

function historyOf(algorithm: string, { history }: ModelFile['provenance']): EpochReport[] {
  return history
    .slice(-HISTORY_MAX)
    .map(({ epoch, metrics, score }) => ({ algorithm, epoch, losses: metrics, score }))
}
