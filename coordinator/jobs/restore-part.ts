// Makes a lost part again in this process and puts it back: the job's spec says its bytes, the ledger its CID.

import { chunkRange, withRows, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { partOf } from '#engine/dag/part.ts'
import { Output } from '#engine/formats/output.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import type { Sql } from '../database/database.ts'
import type { JobSpecs } from '../ledger/job-spec.ts'
import type { OpenedModels } from '../models/opened-models.ts'
import type { BlockStore } from '../storage/block-store.ts'
import { putPart } from '../storage/put-dag.ts'

type Deps = { sql: Sql; specs: JobSpecs; store: BlockStore; models: OpenedModels }
type Row = { job_id: string; table_no: number; chunk_no: number }

/** True when the part with this CID is in the store again; false when the ledger knows no such part. */
export function createRestorePart(
  { sql, specs, store, models }: Deps,
  { partMaxBytes }: { partMaxBytes: number },
): (partCid: string) => Promise<boolean> {
  return async (partCid) => {
    const rows = await sql.query<Row>(
      'select job_id, table_no, chunk_no from chunks where cid = $1 limit 1',
      [partCid],
    )
    const [row] = rows
    if (!row) return false
    const { kind, config, plan, inputs } = await specs.get(row.job_id)
    // A model is not trained again on the way of a download.
    if (kind === 'train') return false
    const compiled = compile(config, plan, {
      sandbox: await sandboxFor(config),
      models: await models.of(config, inputs),
    })
    const table = compiled.tables[row.table_no]
    if (!table) return false
    const output = new Output(partMaxBytes)
    const range = chunkRange(table, row.chunk_no)
    await withRows(table, range, () => writeChunk(table, row.chunk_no, output))
    await compiled.release()
    const bytes = output.bytes()
    if (partOf(bytes).link.cid !== partCid) return false
    await putPart(store, bytes)
    return true
  }
}
