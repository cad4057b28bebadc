// From the ids of a claim to files in the part store.

import type { Sql } from '#coordinator/database/database.ts'
import { datasetInput } from '#coordinator/datasets/dataset-table.ts'
import type { Claim } from './claims.ts'
import type { Work } from './work.ts'

/** AppError `not_found` for what is gone meanwhile. */
export async function resolveWork(sql: Sql, { datasetId }: Claim): Promise<Work> {
  return { kind: 'profile', dataset: await datasetInput(sql, datasetId) }
}
