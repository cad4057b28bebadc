// One file out of its parts, by links alone: no byte of a part is moved, and none is read but the ends of those whose
// format needs a footer.

import { AppError } from '#engine/errors.ts'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import type { JobSpecs } from '../ledger/job-spec.ts'
import { contiguousParts } from '../ledger/ledger.ts'
import { recordMerged } from '../ledger/outputs.ts'
import type { BlockStore } from '../storage/block-store.ts'
import type { PutFooter } from '../storage/footers.ts'
import { putConcat } from '../storage/put-dag.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'
import { enterStage } from './record.ts'

type Deps = { database: Database; specs: JobSpecs; store: BlockStore; putFooter: PutFooter }

export function createMergeOutput({
  database,
  specs,
  store,
  putFooter,
}: Deps): StorageActivities['mergeOutput'] {
  return async ({ jobId, tableNo }) => {
    const spec = await specs.get(jobId)
    const table = spec.plan.tables[tableNo]
    if (!table) throw new AppError('not_found', `job ${jobId} has no table ${tableNo}`)
    await enterStage(database, jobId, 'merging')
    const parts = await contiguousParts(database, {
      jobId,
      tableNo,
      from: 0,
      limit: table.chunks,
    })
    if (parts.length < table.chunks)
      throw new AppError(
        'part_missing',
        `chunk ${parts.length} of ${table.name} is not in the ledger`,
      )
    const links = parts.map((part) => part.link)
    const footer = await putFooter(spec, tableNo, links)
    const link = await putConcat(store, footer ? [...links, footer] : links)
    const key = { jobId, tableNo, name: table.name, format: spec.format, rows: table.rows }
    await recordMerged(database, key, link)
    await notify(database, 'job', jobId)
  }
}
