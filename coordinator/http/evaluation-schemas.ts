// The shapes of evaluations over REST, and an evaluation as callers see it.

import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import Type from 'typebox'
import type { EvaluationRow, WholeEvaluation } from '#coordinator/measurements/evaluation-row.ts'
import { codeOf, ERRORS } from '#engine/errors.ts'
import { Nullable, PAGING, Time } from './schemas.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })
const SOURCE = {
  dataset_id: Type.Optional(Text),
  job_id: Type.Optional(Text),
  table: Type.Optional(Text),
}
const SourceView = Type.Object(SOURCE)
const Status = Type.Enum(['pending', 'running', 'completed', 'failed'])
const Links = Type.Record(Type.String(), Type.String())

const VIEW = {
  evaluation_id: Text,
  project_id: Text,
  status: Status,
  real: SourceView,
  synthetic: Type.Object({ ...SOURCE, model_id: Type.Optional(Text) }),
  holdout: Nullable(SourceView),
  target: Nullable(Text),
  seed: Count,
  max_rows: Count,
  error: Nullable(Type.Object({ code: Text, message: Text, hint: Text })),
  created_at: Time,
  finished_at: Nullable(Time),
  links: Links,
}

export const EvaluationView = Type.Object({
  ...VIEW,
  evaluation: Nullable(
    Type.Object({}, { additionalProperties: true }),
    'Every figure and the verdict; null until completed',
  ),
})

export const EvaluationList = Type.Object({
  evaluations: Type.Array(Type.Object(VIEW)),
  page: Count,
  page_size: Count,
  total: Count,
})

export const EvaluationListQuery = Type.Object(
  {
    ...PAGING,
    project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    dataset_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'The real one' }),
    ),
  },
  { additionalProperties: false },
)

export const FormatQuery = Type.Object({
  format: Type.Optional(Type.Enum(['json', 'html'], { default: 'json' })),
})

export const SubmittedView = Type.Object({
  evaluation_id: Text,
  status: Type.Enum(['pending']),
  links: Links,
})

const MAX_ROWS_DEFAULT = 30_000
const unzip = promisify(gunzip)

/** An evaluation without its figures. */
export function evaluationHead(row: EvaluationRow) {
  const { seed = 0, max_rows = MAX_ROWS_DEFAULT, target = null } = row.options
  const self = `/api/evaluations/${row.id}`
  return {
    evaluation_id: row.id,
    project_id: row.project_id,
    status: row.status,
    real: sourceView(row.dataset_id, row.real_job_id, row.options.real_table),
    synthetic: syntheticView(row),
    holdout: holdoutView(row),
    ...{ target, seed, max_rows },
    error: row.error && { ...row.error, hint: ERRORS[codeOf(row.error)].hint },
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    links: { self, report: `${self}?format=html` },
  }
}

function sourceView(datasetId: string | null, jobId: string | null, table?: string) {
  if (datasetId !== null) return { dataset_id: datasetId }
  return { job_id: jobId ?? '', ...(table !== undefined && { table }) }
}

function syntheticView({ synthetic_dataset_id: id, job_id, model_id, options }: EvaluationRow) {
  return model_id === null ? sourceView(id, job_id, options.table) : { model_id }
}

function holdoutView({ holdout_dataset_id: id, holdout_job_id: jobId, options }: EvaluationRow) {
  return id === null && jobId === null ? null : sourceView(id, jobId, options.holdout_table)
}

/** With its figures; `row` has the document. */
export async function evaluationView(row: WholeEvaluation) {
  const text = row.bytes && (await unzip(row.bytes)).toString()
  const evaluation = text && (JSON.parse(text) as Record<string, unknown>)
  return { ...evaluationHead(row), evaluation: evaluation || null }
}

/** The report; `row` has the page, null before it is there. */
export async function evaluationPage(row: WholeEvaluation): Promise<Buffer | null> {
  return row.bytes && unzip(row.bytes)
}
