// What a submission says of the model that its rows are drawn from.

import Type, { type Static } from 'typebox'
import type { Sql } from '#coordinator/database/database.ts'
import type { InputRef } from '#coordinator/fleet/input-grants.ts'
import type { Principal } from '#coordinator/identity/principals.ts'
import { modelFile, noModel } from '#coordinator/models/model-store.ts'
import type { OpenedModels } from '#coordinator/models/opened-models.ts'
import type { Problem } from '#engine/errors.ts'
import type { Model } from '#engine/models/model.ts'

export const MODEL_FIELDS = {
  model_id: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A model that the rows are drawn from, in place of config',
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'With model_id: the same rows for the same seed; a random one by default',
    }),
  ),
  conditions: Type.Optional(
    Type.Union(
      [
        Type.Object({}),
        Type.Array(Type.Unknown(), { maxItems: 1000 }),
        Type.String({ maxLength: 10_000 }),
      ],
      {
        description:
          'With model_id: what every row meets, such as {"income": ">50K", "age": {"min": 18}, "bonus": null, "job": {"not": null}} or "income = \'>50K\' and age >= 18 and bonus is null"',
      },
    ),
  ),
  bounds: Type.Optional(
    Type.Object(
      {},
      { description: 'With model_id: {column: {min, max}}; values that are null stay null' },
    ),
  ),
}

const Fields = Type.Object(MODEL_FIELDS)
type ModelBody = Static<typeof Fields> & { config?: unknown; template?: unknown; rows?: unknown }

/** A model that the caller may sample. */
export type JobModel = { id: string; projectId: string; file: InputRef; model: Model }

/**
 * The model that a body names; null for none. AppError `not_found` where the caller does not see it, or asks for the job
 * in another project; `conflict` while it has no file.
 */
export async function modelOf(
  { sql, models }: { sql: Sql; models: OpenedModels },
  principal: Principal,
  body: unknown,
): Promise<JobModel | null> {
  const { model_id: id, project_id: projectId } = { ...(body as Record<string, unknown> | null) }
  if (typeof id !== 'string' || id === '') return null
  const { cid, bytes, sha256, ...access } = await modelFile(sql, principal, id)
  if (typeof projectId === 'string' && projectId !== access.projectId) throw noModel(id)
  const file = { cid, bytes, sha256 }
  return { id, projectId: access.projectId, file, model: await models.open(file) }
}

/** What does not go together. */
export function modelProblems(request: ModelBody, broken: ReadonlySet<string>): Problem[] {
  const { model_id: id, seed, conditions, bounds, config, template, rows } = request
  const problems: Problem[] = []
  const add = (path: string, message: string, hint: string) =>
    problems.push({ path, message, hint })
  if (id === undefined) {
    const hint = 'Send model_id, or leave it out.'
    if (conditions !== undefined) add('/conditions', 'conditions are for rows of a model', hint)
    if (seed !== undefined)
      add('/seed', 'seed is for rows of a model', 'Write seed in the config, or leave it out.')
    if (bounds !== undefined) add('/bounds', 'bounds are for rows of a model', hint)
    return problems
  }
  for (const [key, value] of Object.entries({ config, template })) {
    if (value !== undefined)
      add(`/${key}`, 'model_id stands in place of config', 'Send one of the two.')
  }
  if (rows === undefined && !broken.has('rows'))
    add('/rows', 'rows is missing', 'Say how many rows to draw from the model.')
  return problems
}
