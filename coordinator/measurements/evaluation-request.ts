// Reads the body that asks for an evaluation, and finds what it names.

import Type, { type Static } from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import { createCheck, invalidRequest } from '#coordinator/http/validation.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import type { Problem } from '#engine/errors.ts'
import type { MeasureOptions } from './claims.ts'
import { type FoundSource, findSource, Source, sourceProblems } from './evaluation-source.ts'

export const EvaluationBody = Type.Object(
  {
    real: Source,
    synthetic: Source,
    holdout: Type.Optional(Source),
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

const Named = Type.Union([
  Source,
  Type.String({ minLength: 1, maxLength: 100, description: 'The id of a dataset or of a job' }),
])

/** For the document: a table may be named by its id alone. */
export const EvaluationDocument = Type.Object(
  {
    ...EvaluationBody.properties,
    ...{ real: Named, synthetic: Named, holdout: Type.Optional(Named) },
  },
  { additionalProperties: false },
)

export type EvaluationRequest = {
  project: FoundSource['project']
  real: FoundSource
  synthetic: FoundSource
  holdout: FoundSource | null
  options: MeasureOptions
}

const check = createCheck(EvaluationBody)
const NAMES = ['real', 'synthetic', 'holdout'] as const

/**
 * AppError `invalid_request` with every problem, `not_found` for what the caller does not see, `conflict` for a job that is
 * not completed.
 */
export async function readEvaluationRequest(
  sql: Sql,
  principal: Principal,
  body: unknown,
): Promise<EvaluationRequest> {
  const given = spelledOut(body ?? {})
  const shape = check(given, '')
  if (shape.length > 0) throw invalidRequest(shape)
  const asked = given as Static<typeof EvaluationBody>
  const problems = NAMES.flatMap((name) => {
    const source = asked[name]
    return source === undefined ? [] : sourceProblems(source, `/${name}`)
  })
  if (problems.length > 0) throw invalidRequest(problems)
  const find = (source: Static<typeof Source>, path: string) =>
    findSource(sql, principal, { source, path })
  const real = await find(asked.real, '/real')
  const synthetic = await find(asked.synthetic, '/synthetic')
  const holdout = asked.holdout === undefined ? null : await find(asked.holdout, '/holdout')
  const found = { real, synthetic, holdout }
  problems.push(...foundProblems(found), ...targetProblems(asked.target, real))
  if (problems.length > 0) throw invalidRequest(problems)
  return { ...found, project: real.project, options: optionsOf(asked) }
}

/** An id alone says of what it is. */
function spelledOut(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const fields = Object.entries(body).map(([name, value]: [string, unknown]) => {
    const isId = typeof value === 'string' && NAMES.some((known) => known === name)
    if (!isId) return [name, value]
    return [name, value.startsWith('job_') ? { job_id: value } : { dataset_id: value }]
  })
  return Object.fromEntries(fields)
}

function foundProblems(found: Pick<EvaluationRequest, (typeof NAMES)[number]>): Problem[] {
  return NAMES.flatMap((name) => {
    const source = found[name]
    if (source === null) return []
    const isElsewhere = source.project.project_id !== found.real.project.project_id
    return isElsewhere ? [elsewhere(name, source)] : source.problems
  })
}

function elsewhere(name: string, { jobId }: FoundSource): Problem {
  const path = `/${name}/${jobId === null ? 'dataset_id' : 'job_id'}`
  return { path, message: 'is of another project than the real table' }
}

function targetProblems(target: string | undefined, { columns }: FoundSource): Problem[] {
  if (target === undefined || columns === null || columns.includes(target)) return []
  return [{ path: '/target', message: 'is no column of the real dataset' }]
}

function optionsOf(asked: Static<typeof EvaluationBody>): MeasureOptions {
  const { seed, max_rows, target, real, synthetic, holdout } = asked
  return {
    ...(seed !== undefined && { seed }),
    ...(max_rows !== undefined && { max_rows }),
    ...(target !== undefined && { target }),
    ...(synthetic.table !== undefined && { table: synthetic.table }),
    ...(real.table !== undefined && { real_table: real.table }),
    ...(holdout?.table !== undefined && { holdout_table: holdout.table }),
  }
}
