// How large the files of a config will be, from rows at the start, in the middle and at the end of each table.

import { withRows } from '#engine/chunk.ts'
import { type CompiledTable, compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import type { Model } from '#engine/models/model.ts'
import type { Plan } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'

const SAMPLE_ROWS = 64
/** Of formats made of blocks, whose dictionaries weigh little in long ones. */
const BLOCK_SAMPLE_ROWS = 10_000
const SAMPLE_BYTES_MAX = 64 * 1024 * 1024

/** Bytes per table, in the order of the plan; exact for tables that are no longer than the sample. */
export async function estimateBytes(
  config: ResolvedConfig,
  plan: Plan,
  models: ReadonlyMap<string, Model> = new Map(),
): Promise<number[]> {
  const sandbox = await sandboxFor(config)
  const compiled = compile(config, plan, { batchRows: SAMPLE_ROWS, sandbox, models })
  const bytes: number[] = []
  for (const table of compiled.tables) bytes.push(await estimateTable(table))
  await compiled.release()
  return bytes
}

async function estimateTable(table: CompiledTable): Promise<number> {
  const out = new Output(SAMPLE_BYTES_MAX)
  let sampled = 0
  for (const [from, to] of samplesOf(table)) {
    await withRows(table, { from, to }, () => table.write(from, to, out))
    sampled += to - from
  }
  if (sampled === table.rows) return out.length
  const opening = table.header.length
  const perRow = (out.length - opening) / sampled
  return opening + Math.round(perRow * table.rows)
}

/** Ranges that do not overlap, ascending; of a file in blocks, the start of the first one. */
function samplesOf({ rows, blockRows }: CompiledTable): [number, number][] {
  if (blockRows !== null) return [[0, Math.min(rows, blockRows, BLOCK_SAMPLE_ROWS)]]
  if (rows <= 3 * SAMPLE_ROWS) return [[0, rows]]
  const middle = Math.floor(rows / 2) - SAMPLE_ROWS / 2
  return [0, middle, rows - SAMPLE_ROWS].map((from) => [from, from + SAMPLE_ROWS])
}
