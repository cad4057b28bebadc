// A table that an evaluation names: a dataset, or a table of a job; found, and checked to be the caller's.

import Type, { type Static } from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import { readDataset } from '#coordinator/datasets/dataset-row.ts'
import type { Principal, ProjectRole } from '#coordinator/identity/principals.ts'
import { readJob, readTableNames } from '#coordinator/jobs/job-row.ts'
import { AppError, type Problem } from '#engine/errors.ts'

const Id = Type.String({ minLength: 1, maxLength: 100 })

/** A table, by what it is of. */
export const Source = Type.Object(
  {
    dataset_id: Type.Optional(Id),
    job_id: Type.Optional(Type.String({ ...Id, description: 'A completed one' })),
    table: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Of a job that has several' }),
    ),
  },
  { additionalProperties: false, description: 'dataset_id or job_id' },
)
type Source = Static<typeof Source>

export type FoundSource = {
  project: { project_id: string; role: ProjectRole | null }
  datasetId: string | null
  jobId: string | null
  /** Of a dataset; null for a job, whose columns are known once its rows are. */
  columns: string[] | null
  problems: Problem[]
}

/** What is wrong with the fields of the source at `path`, whatever they name. */
export function sourceProblems({ dataset_id, job_id, table }: Source, path: string): Problem[] {
  const problems: Problem[] = []
  if ((dataset_id === undefined) === (job_id === undefined))
    problems.push({ path, message: 'has dataset_id or job_id, one of them' })
  if (table !== undefined && job_id === undefined)
    problems.push({ path: `${path}/table`, message: 'goes with job_id' })
  return problems
}

/** AppError `not_found` for what the caller does not see, `conflict` for a job that is not completed. */
export async function findSource(
  sql: Sql,
  principal: Principal,
  { source, path }: { source: Source; path: string },
): Promise<FoundSource> {
  if (source.job_id !== undefined)
    return findJob(sql, principal, { id: source.job_id, table: source.table ?? null, path })
  const dataset = await readDataset(sql, principal, source.dataset_id ?? '')
  return {
    ...{ project: dataset, datasetId: dataset.id, jobId: null, problems: [] },
    columns: dataset.columns.map(({ field }) => field.name),
  }
}

async function findJob(
  sql: Sql,
  principal: Principal,
  { id, table, path }: { id: string; table: string | null; path: string },
): Promise<FoundSource> {
  const job = await readJob(sql, principal, id)
  const found = { project: job, datasetId: null, jobId: job.id, columns: null }
  if (job.kind === 'train') {
    const hint = 'Ask GET /api/models/{id}/evaluation.'
    const message = 'is a job that trains a model'
    return { ...found, problems: [{ path: `${path}/job_id`, message, hint }] }
  }
  if (job.status !== 'completed')
    throw new AppError('conflict', `The job ${id} is ${job.status}; wait until it is completed.`)
  const names = await readTableNames(sql, id)
  if (table === null ? names.length === 1 : names.includes(table)) return { ...found, problems: [] }
  const message = table === null ? 'is needed: the job has several' : 'is no table of the job'
  const hint = `Use one of ${names.join(', ')}.`
  return { ...found, problems: [{ path: `${path}/table`, message, hint }] }
}
