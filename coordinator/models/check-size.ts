// Trainings that no worker could finish for want of memory are refused when they are asked for, with what to do.

import type { Sql } from '#coordinator/database/database.ts'
import type { DatasetRow } from '#coordinator/datasets/dataset-row.ts'
import { invalidRequest } from '#coordinator/http/validation.ts'
import type { Problem } from '#engine/errors.ts'
import { type ColumnSize, type Footprint, footprintOf } from '#engine/models/footprint.ts'
import { ALGORITHMS, type Algorithm } from '#engine/models/model-file.ts'
import { WIDTH_MOST } from '#engine/models/modes/layout.ts'
import { STATE_BYTES_MAX } from '#engine/tensor/trainer.ts'
import type { TrainingRequest } from './training-request.ts'

const MIB = 2 ** 20
/** Of a worker's memory, for a training: the system and other work have the rest. */
const MEMORY_SHARE = 0.75

/**
 * Warnings where it is likely that the worker will refuse, or that a search will pass over an algorithm. AppError
 * `invalid_request` where it is sure, or where the rows fit the memory of no worker that may have them.
 */
export async function checkSize(
  sql: Sql,
  request: TrainingRequest,
  dataset: Pick<DatasetRow, 'project_id' | 'columns' | 'rows'>,
): Promise<string[]> {
  const columns = dataset.columns.map(
    ({ field: { type, semantic }, nulls, distinct }): ColumnSize => {
      return { type, semantic, nulls, distinct }
    },
  )
  const rows = Math.min(Number(dataset.rows), request.maxRows)
  const asked = algorithmsOf(request)
  const footprints = asked.map((algorithm) => {
    return { algorithm, size: footprintOf(algorithm, request.options, { columns, rows }) }
  })
  const memory = await memoryOf(sql, dataset.project_id)
  const problems = memoryProblems(footprints[0]?.size.tableBytes ?? 0, { rows, memory })
  const isSearch = request.algorithm === 'auto'
  const sure = footprints.flatMap(({ algorithm, size }) => refusal(algorithm, size, 'least') ?? [])
  if (!isSearch) problems.push(...sure)
  if (problems.length > 0) throw invalidRequest(problems)
  if (isSearch) return sure.map(({ message }) => `The search will pass over one: ${message}.`)
  return footprints.flatMap(({ algorithm, size }) => {
    const found = refusal(algorithm, size, 'likely')
    return found === null ? [] : [`Probably ${found.message}: it may be refused. ${found.hint}`]
  })
}

function algorithmsOf({ algorithm, options }: TrainingRequest): readonly Algorithm[] {
  if (algorithm !== 'auto') return [algorithm]
  return (options['algorithms'] as Algorithm[] | undefined) ?? ALGORITHMS
}

/** Of the largest worker that may learn data of the project; null while none is connected. */
async function memoryOf(sql: Sql, projectId: string): Promise<number | null> {
  const [row] = await sql.query<{ bytes: number | null }>(
    `select max((w.machine->>'memory_bytes')::bigint)::float8 as bytes from workers w, projects p
     where p.id = $1 and w.coordinator_id is not null and w.state <> 'revoked'
       and (w.trust = 'trusted' or p.allow_community_compute)`,
    [projectId],
  )
  return row?.bytes || null
}

function memoryProblems(
  bytes: number,
  { rows, memory }: { rows: number; memory: number | null },
): Problem[] {
  if (memory === null || bytes <= MEMORY_SHARE * memory) return []
  const [needs, has] = [bytes, memory].map((size) => Math.ceil(size / MIB))
  const fits = Math.max(1, Math.floor((rows * MEMORY_SHARE * memory) / bytes))
  return [
    {
      path: '/max_rows',
      message: `Learning ${rows} rows takes about ${needs} MiB of memory, and no worker has more than ${has}`,
      hint: `Use at most ${fits}: as many rows are sampled.`,
    },
  ]
}

function refusal(
  algorithm: Algorithm,
  { width, stateBytes }: Footprint,
  share: 'least' | 'likely',
): (Problem & { hint: string }) | null {
  const path = '/algorithm'
  if (width[share] > WIDTH_MOST)
    return {
      path,
      message: `${algorithm} needs ${width[share]} inputs for these columns, of which ${WIDTH_MOST} fit memory`,
      hint: 'Leave columns out, or use argn or gaussian_copula.',
    }
  if (stateBytes[share] <= STATE_BYTES_MAX) return null
  const [needs, most] = [stateBytes[share], STATE_BYTES_MAX].map((size) => Math.ceil(size / MIB))
  return {
    path,
    message: `the network of ${algorithm} takes a state of ${needs} MiB for these columns, at most ${most}`,
    hint: 'Leave columns with many values out, make its layers smaller, or use gaussian_copula.',
  }
}
