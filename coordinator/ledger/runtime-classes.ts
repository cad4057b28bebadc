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

/** Of a strict job `j`: the class it began in, else that of the first such job of its model, else where that was trained. */
const STRICT_CLASS = `coalesce(j.runtime_class,
  (select o.runtime_class from job_models u join job_models s on s.model_id = u.model_id join jobs o on o.id = s.job_id
   where u.job_id = j.id and o.runtime_class is not null order by o.created_at, o.id limit 1),
  (select ${CLASS} from job_models u join models v on v.id = u.model_id join workers w on w.id = v.trained_on->>'worker'
   where u.job_id = j.id limit 1))`

/** SQL: of a job `j` the class that its rows must be drawn in; null for any, or while nobody knows. */
export const REQUIRED_CLASS = `case when j.strict_class then ${STRICT_CLASS} end`

/** SQL: of a row `w` of workers. */
export const WORKER_CLASS = CLASS

/**
 * The class that others made a job's chunks in: who makes the rest is best of it, and must be where the job is strict.
 * Null before there is one, and where no table is drawn from a model.
 */
export async function classBegun(
  sql: Sql,
  { jobId, config, strictClass }: Pick<JobSpec, 'jobId' | 'config' | 'strictClass'>,
): Promise<string | null> {
  if (!config.tables.some(({ learned }) => learned !== undefined)) return null
  if (strictClass) {
    const [row] = await sql.query<{ class: string | null }>(
      `select ${STRICT_CLASS} as class from jobs j where j.id = $1`,
      [jobId],
    )
    return row?.class ?? null
  }
  const [row] = await sql.query<{ class: string }>(
    `select ${CLASS} as class from chunks c join workers w on w.id = c.worker_id
     where c.job_id = $1 order by c.seq limit 1`,
    [jobId],
  )
  return row?.class ?? null
}

/** The class of a strict job from now on: this one, or the one that another assignment began it in. */
export async function pinClass(sql: Sql, jobId: string, runtimeClass: string): Promise<string> {
  await sql.query('update jobs set runtime_class = $2 where id = $1 and runtime_class is null', [
    jobId,
    runtimeClass,
  ])
  const [row] = await sql.query<{ runtime_class: string }>(
    'select runtime_class from jobs where id = $1',
    [jobId],
  )
  return row?.runtime_class ?? runtimeClass
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
