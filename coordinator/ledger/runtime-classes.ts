// Which runtime drew the rows of a model: equal bytes are promised among workers of one class alone.

import type { Machine } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { Sql } from '../database/database.ts'
import type { JobSpec } from './job-spec.ts'

/** Of a row `w` of workers: version of the runtime, architecture, instruction set. */
const CLASS = `concat_ws(' ', 'onnxruntime', nullif(w.machine->'runtimes'->>'onnxruntime', ''), nullif(w.machine->>'arch', ''),
  nullif(w.machine->'runtimes'->>'isa', ''))`

/** That of a worker that tells of its machine, in the words of the database. */
export function runtimeClassOf(machine: Machine | undefined): string {
  const { onnxruntime = '', isa = '' } = machine?.runtimes ?? {}
  return ['onnxruntime', onnxruntime, machine?.arch ?? '', isa].filter(Boolean).join(' ')
}

/**
 * The class of a job's first chunk: who makes the others is best of it. Null before there is one, and where no table is
 * drawn from a model.
 */
export async function classBegun(
  sql: Sql,
  { jobId, config }: Pick<JobSpec, 'jobId' | 'config'>,
): Promise<string | null> {
  if (!config.tables.some(({ learned }) => learned !== undefined)) return null
  const [row] = await sql.query<{ class: string }>(
    `select ${CLASS} as class from chunks c join workers w on w.id = c.worker_id
     where c.job_id = $1 order by c.seq limit 1`,
    [jobId],
  )
  return row?.class ?? null
}

/** The classes of the workers whose chunks a job has, in order. */
export async function runtimeClassesOf(sql: Sql, jobId: string): Promise<string[]> {
  const rows = await sql.query<{ class: string }>(
    `select distinct ${CLASS} as class from job_workers j join workers w on w.id = j.worker_id
     where j.job_id = $1 order by 1`,
    [jobId],
  )
  return rows.map((row) => row.class)
}

type Place = { jobId: string; tableNo: number; chunkNo: number; workerId: string }

/** Whether the chunk of the ledger comes from another class than this worker's. */
export async function isOfOtherClass(
  sql: Sql,
  { jobId, tableNo, chunkNo, workerId }: Place,
): Promise<boolean> {
  const [row] = await sql.query<{ classes: number }>(
    `select count(distinct ${CLASS})::int as classes from workers w
     where w.id = $4 or w.id = (
       select worker_id from chunks where job_id = $1 and table_no = $2 and chunk_no = $3)`,
    [jobId, tableNo, chunkNo, workerId],
  )
  return (row?.classes ?? 1) > 1
}
