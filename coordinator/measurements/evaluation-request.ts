// Reads the body that asks for an evaluation, and finds what it names.

import Type, { type Static } from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import { type DatasetRow, readDataset } from '#coordinator/datasets/dataset-row.ts'
import { createCheck, invalidRequest } from '#coordinator/http/validation.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { readJob, readTableNames } from '#coordinator/jobs/job-row.ts'
import { AppError, type Problem } from '#engine/errors.ts'
import type { MeasureOptions } from './claims.ts'

const Id = Type.String({ minLength: 1, maxLength: 100 })
const Dataset = Type.Object({ dataset_id: Id }, { additionalProperties: false })

export const EvaluationBody = Type.Object(
  {
    real: Dataset,
    synthetic: Type.Object(
      {
        dataset_id: Type.Optional(Id),
        job_id: Type.Optional(Type.String({ ...Id, description: 'A completed one' })),
        table: Type.Optional(
          Type.String({ minLength: 1, maxLength: 200, description: 'Of a job that has several' }),
        ),
      },
      { additionalProperties: false, description: 'dataset_id or job_id' },
    ),
    holdout: Type.Optional(Dataset),
    target: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_000, description: 'Whose prediction is judged' }),
    ),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 })),
    max_rows: Type.Optional(
      Type.Integer({
        ...{ minimum: 100, maximum: 100_000, default: 30_000 },
        description: 'Of each table, for detection, utility and privacy',
      }),
    ),
  },
  { additionalProperties: false },
)

export type EvaluationRequest = {
  project: Pick<DatasetRow, 'project_id' | 'role'>
  datasetId: string
  syntheticDatasetId: string | null
  jobId: string | null
  holdoutDatasetId: string | null
  options: MeasureOptions
}

const check = createCheck(EvaluationBody)

/**
 * AppError `invalid_request` with every problem, `not_found` for what the caller does not see, `conflict` for a job that is
 * not completed.
 */
export async function readEvaluationRequest(
  sql: Sql,
  principal: Principal,
  body: unknown,
): Promise<EvaluationRequest> {
  const shape = check(body ?? {}, '')
  if (shape.length > 0) throw invalidRequest(shape)
  const asked = body as Static<typeof EvaluationBody>
  const { synthetic, holdout } = asked
  const problems = sourceProblems(synthetic)
  if (problems.length > 0) throw invalidRequest(problems)
  const real = await readDataset(sql, principal, asked.real.dataset_id)
  const inProject = async (id: string, path: string): Promise<string> => {
    const dataset = await readDataset(sql, principal, id)
    if (dataset.project_id !== real.project_id) problems.push(elsewhere(path))
    return dataset.id
  }
  const found = {
    project: real,
    datasetId: real.id,
    syntheticDatasetId: synthetic.dataset_id
      ? await inProject(synthetic.dataset_id, '/synthetic/dataset_id')
      : null,
    jobId: synthetic.job_id ?? null,
    holdoutDatasetId: holdout && (await inProject(holdout.dataset_id, '/holdout/dataset_id')),
  }
  if (found.jobId !== null) {
    const job = { id: found.jobId, table: synthetic.table ?? null }
    problems.push(...(await jobProblems(sql, principal, { job, projectId: real.project_id })))
  }
  problems.push(...targetProblems(asked.target, real))
  if (problems.length > 0) throw invalidRequest(problems)
  return { ...found, holdoutDatasetId: found.holdoutDatasetId ?? null, options: optionsOf(asked) }
}

function sourceProblems({ dataset_id, job_id, table }: Static<typeof EvaluationBody>['synthetic']) {
  const problems: Problem[] = []
  if ((dataset_id === undefined) === (job_id === undefined))
    problems.push({ path: '/synthetic', message: 'has dataset_id or job_id, one of them' })
  if (table !== undefined && job_id === undefined)
    problems.push({ path: '/synthetic/table', message: 'goes with job_id' })
  return problems
}

const elsewhere = (path: string): Problem => ({
  path,
  message: 'is of another project than the real dataset',
})

type AskedJob = { job: { id: string; table: string | null }; projectId: string }

async function jobProblems(
  sql: Sql,
  principal: Principal,
  { job: { id, table }, projectId }: AskedJob,
): Promise<Problem[]> {
  const job = await readJob(sql, principal, id)
  if (job.project_id !== projectId) return [elsewhere('/synthetic/job_id')]
  if (job.kind === 'train') {
    const hint = 'Ask GET /api/models/{id}/evaluation.'
    return [{ path: '/synthetic/job_id', message: 'is a job that trains a model', hint }]
  }
  if (job.status !== 'completed')
    throw new AppError('conflict', `The job ${id} is ${job.status}; wait until it is completed.`)
  const names = await readTableNames(sql, id)
  if (table === null ? names.length === 1 : names.includes(table)) return []
  const message = table === null ? 'is needed: the job has several' : 'is no table of the job'
  return [{ path: '/synthetic/table', message, hint: `Use one of ${names.join(', ')}.` }]
}

function targetProblems(target: string | undefined, { columns }: DatasetRow): Problem[] {
  if (target === undefined || columns.some(({ field }) => field.name === target)) return []
  return [{ path: '/target', message: 'is no column of the real dataset' }]
}

function optionsOf({
  seed,
  max_rows,
  target,
  synthetic: { table },
}: Static<typeof EvaluationBody>): MeasureOptions {
  return {
    ...(seed !== undefined && { seed }),
    ...(max_rows !== undefined && { max_rows }),
    ...(target !== undefined && { target }),
    ...(table !== undefined && { table }),
  }
}
