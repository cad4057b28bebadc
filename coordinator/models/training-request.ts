// Reads the body that asks for a training: everything wrong with it is found in one pass.

import { randomInt } from 'node:crypto'
import Type, { type Static, type TObject } from 'typebox'
import { createCheck, invalidRequest } from '#coordinator/http/validation.ts'
import type { Problem } from '#engine/errors.ts'
import { MODULES } from '#engine/models/algorithms.ts'
import { AUTO_OPTIONS } from '#engine/models/auto/auto.ts'
import { ALGORITHMS, type Algorithm } from '#engine/models/model-file.ts'
import { REGIONS } from '#settings/regions.ts'

const ROWS_DEFAULT = 1_000_000
const ROWS_MAX = 100_000_000
const SEED_MAX = 2 ** 53 - 1
const SEED_DRAWN_MAX = 2 ** 48 - 1

const COMMON = {
  dataset_id: Type.String({ minLength: 1, maxLength: 100 }),
  algorithm: Type.Optional(
    Type.Enum(['auto', ...ALGORITHMS], {
      description: 'auto, the default, keeps the best of several and has a preview in seconds',
    }),
  ),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  max_rows: Type.Optional(
    Type.Integer({
      ...{ minimum: 1, maximum: ROWS_MAX, default: ROWS_DEFAULT },
      description: 'Of a larger dataset as many rows are sampled',
    }),
  ),
  seed: Type.Optional(Type.Integer({ minimum: 0, maximum: SEED_MAX })),
  time_budget_seconds: Type.Optional(
    Type.Number({
      ...{ exclusiveMinimum: 0, maximum: 30 * 86_400 },
      description: 'The training ends with the best state so far; its bytes then depend on time',
    }),
  ),
  regions: Type.Optional(Type.Array(Type.Enum([...REGIONS]), { maxItems: 16 })),
  priority: Type.Optional(Type.Enum(['low', 'normal', 'high'])),
}
const Common = Type.Object(COMMON, { additionalProperties: false })

/** What each algorithm takes beside what all take. */
function optionsOf(algorithm: Algorithm | 'auto'): TObject {
  if (algorithm !== 'auto') return MODULES[algorithm].options
  const { time_budget_seconds: _, ...own } = AUTO_OPTIONS.properties
  return Type.Object(own, { additionalProperties: false })
}

const OWN = new Map((['auto', ...ALGORITHMS] as const).map((name) => [name, optionsOf(name)]))

/** For the document: what any algorithm takes. */
export const TrainingBody = Type.Object(
  {
    ...Object.assign({}, ...[...OWN.values()].map(({ properties }) => properties)),
    ...COMMON,
  },
  { additionalProperties: false },
)

export type TrainingRequest = {
  datasetId: string
  algorithm: Algorithm | 'auto'
  /** Null: that of the dataset. */
  name: string | null
  options: Record<string, unknown>
  maxRows: number
  seed: number
  timeBudgetSeconds: number | null
  regions: string[]
  priority: 'low' | 'normal' | 'high'
  warnings: string[]
}

const checkCommon = createCheck(Common)
/** Of what is not common; a name that nobody knows is told all that there are. */
const CHECKS = new Map(
  [...OWN].map(([name, { properties }]) => {
    const all = { ...Type.Partial(Common).properties, ...properties }
    return [name, createCheck(Type.Object(all, { additionalProperties: false }))]
  }),
)

/**
 * Options of another algorithm are passed over with a warning, so that one body does for all. Throws AppError
 * `invalid_request` with every problem.
 */
export function readTrainingRequest(body: unknown): TrainingRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidRequest(checkCommon(body, ''))
  const fields = Object.entries(body)
  const common = Object.fromEntries(fields.filter(([name]) => isCommon(name)))
  const algorithm = (common['algorithm'] ?? 'auto') as Algorithm | 'auto'
  const own = OWN.get(algorithm)
  const rest = fields.filter(([name]) => !isCommon(name))
  const ignored = rest.map(([name]) => name).filter((name) => !takes(own, name) && isKnown(name))
  const options = Object.fromEntries(rest.filter(([name]) => !ignored.includes(name)))
  const problems: Problem[] = [
    ...checkCommon(common, ''),
    ...(CHECKS.get(algorithm)?.(options, '') ?? []),
  ]
  if (problems.length > 0) throw invalidRequest(problems)
  return requestOf(common as Static<typeof Common>, { algorithm, options, ignored })
}

const isCommon = (name: string): boolean => name in COMMON
const takes = (schema: TObject | undefined, name: string): boolean =>
  schema !== undefined && name in schema.properties
const isKnown = (name: string): boolean => [...OWN.values()].some((schema) => takes(schema, name))

type Chosen = {
  algorithm: Algorithm | 'auto'
  options: Record<string, unknown>
  ignored: readonly string[]
}

function requestOf(
  common: Static<typeof Common>,
  { algorithm, options, ignored }: Chosen,
): TrainingRequest {
  return {
    datasetId: common.dataset_id,
    algorithm,
    name: common.name ?? null,
    options,
    maxRows: common.max_rows ?? ROWS_DEFAULT,
    seed: common.seed ?? randomInt(SEED_DRAWN_MAX),
    timeBudgetSeconds: common.time_budget_seconds ?? null,
    regions: common.regions ?? [],
    priority: common.priority ?? 'normal',
    warnings: ignored.map((name) => `${name} is no option of ${algorithm} and has no effect.`),
  }
}
