// Reads the body of a submission: everything wrong with it, config included, is found in one pass.

import Type, { type Static } from 'typebox'
import { createCheck } from '#coordinator/http/validation.ts'
import { LOAD_FIELDS, type LoadSettings } from '#coordinator/load/settings.ts'
import type { DatasetConfig } from '#engine/config/dataset-config.ts'
import { type ParsedConfig, parseConfig } from '#engine/config/parse.ts'
import { type ConfigProblem, nameHint, quote } from '#engine/config/problem.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig, SqlDialect } from '#engine/config/types.ts'
import { AppError, type Problem } from '#engine/errors.ts'
import { type JobConnection, loadProblems, loadSettingsOf, nameProblems } from './load-request.ts'
import { REGIONS } from './regions.ts'
import { templates } from './templates.ts'

const ROWS_MAX = 1_000_000_000_000
const CHUNK_ROWS_MAX = 1_000_000

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(schema)

const Output = Type.Object(
  {
    format: optional(Type.Enum(['csv', 'json', 'jsonl', 'parquet', 'sql', 'arrow'])),
    compression: optional(Type.Enum(['none', 'gzip', 'zstd', 'snappy'])),
    dialect: optional(Type.Enum(['postgresql', 'mysql', 'sqlite'])),
    container: optional(Type.Enum(['file', 'stream'])),
    ...LOAD_FIELDS,
  },
  { additionalProperties: false },
)

const Publish = Type.Object(
  {
    ipfs: optional(Type.Boolean()),
    arweave: optional(Type.Boolean()),
    max_price_winston: optional(
      Type.String({ pattern: '^[0-9]{1,30}$', description: 'Winston as text of 1 to 30 digits.' }),
    ),
    config: optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

const Anomalies = Type.Object(
  {
    inject: optional(Type.Boolean({ description: 'false: none, whatever the config says.' })),
    ratio: optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of the rows of each table, exact to one row; by default 0.01.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'Damaged rows, labelled: by default in every table that has more than keys.',
  },
)

export const SubmitBody = Type.Object(
  {
    kind: optional(Type.Enum(['generate'])),
    project_id: optional(Type.String({ minLength: 1, maxLength: 100 })),
    config: optional(
      Type.Union([Type.Object({}), Type.String()], {
        description: 'The dataset config: an object, or YAML or JSON text.',
      }),
    ),
    template: optional(
      Type.String({ maxLength: 100, description: 'A ready config, in place of config' }),
    ),
    rows: optional(Type.Integer({ minimum: 0, maximum: ROWS_MAX })),
    output: optional(Output),
    anomalies: optional(Anomalies),
    publish: optional(Publish),
    chunk_rows: optional(Type.Integer({ minimum: 1, maximum: CHUNK_ROWS_MAX })),
    priority: optional(Type.Enum(['low', 'normal', 'high'])),
    regions: optional(Type.Array(Type.Enum([...REGIONS]), { maxItems: 16 })),
    name: optional(Type.String({ minLength: 1, maxLength: 200 })),
    dry_run: optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** Fields of the contract that this release does not do yet. */
const LATER = ['config_id', 'model_id', 'conditions', 'bounds']

export type Submission = {
  projectId: string | null
  name: string
  resolved: ResolvedConfig
  priority: 'low' | 'normal' | 'high'
  regions: string[]
  publish: { ipfs: boolean; arweave: boolean; config: boolean; maxPriceWinston: string | null }
  /** The database to write into; null: none. */
  load: LoadSettings | null
  dryRun: boolean
  warnings: string[]
}

const check = createCheck(SubmitBody)

type Body = Static<typeof SubmitBody>
type Found = ConfigProblem & { ofConfig?: true }

/**
 * `now` is the time of submission, seconds since 1970 UTC; `connection` the one that the body names. Throws `invalid_request`, `invalid_config` when only the
 * config is wrong, or `unsupported` when nothing is wrong but something is not done yet; each with all its places.
 */
export function readSubmission(
  body: unknown,
  now: number,
  connection: JobConnection | null = null,
): Submission {
  const [known, later] = splitFields(body)
  const wrong = check(known, '')
  const broken = new Set(wrong.map(({ path }) => path.split('/')[1] ?? ''))
  const request = (broken.has('') ? {} : known) as Body
  const parsed = parseSource(broken.has('config') ? undefined : sourceOf(request))
  const problems: Found[] = [
    ...wrong,
    ...later,
    ...(broken.has('template') ? [] : templateProblems(request)),
    ...missingConfig(broken, request, later),
    ...(broken.has('publish') ? [] : publishProblems(request.publish ?? {})),
    ...(broken.has('output') ? [] : loadProblems(request, connection)),
    ...parsed.problems,
  ]
  if (problems.length > 0) throw errorOf(problems)
  return submissionOf(request, parsed, { now, connection })
}

function splitFields(body: unknown): [unknown, Found[]] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [body, []]
  const fields = Object.entries(body)
  const later = fields
    .filter(([name]) => LATER.includes(name))
    .map(([name]) =>
      notYet(`/${name}`, `${name} is not supported yet`, 'Send the dataset config in config.'),
    )
  return [Object.fromEntries(fields.filter(([name]) => !LATER.includes(name))), later]
}

function notYet(path: string, message: string, hint: string): Found {
  return { path, message, hint, unsupported: true }
}

function sourceOf({ config, template }: Body): string | object | undefined {
  return config ?? (template === undefined ? undefined : templates().get(template)?.config)
}

function templateProblems({ config, template }: Body): Found[] {
  if (template === undefined) return []
  if (config !== undefined) {
    const message = 'template stands in place of config'
    return [{ path: '/template', message, hint: 'Send one of the two.' }]
  }
  const names = [...templates().keys()]
  if (names.includes(template)) return []
  const message = `There is no template ${quote(template)}`
  return [{ path: '/template', message, hint: nameHint(template, names) }]
}

function missingConfig(broken: Set<string>, request: Body, later: Found[]): Found[] {
  if (broken.has('') || broken.has('config') || later.length > 0) return []
  if (request.config !== undefined || request.template !== undefined) return []
  return [
    {
      path: '/config',
      message: 'config is missing',
      hint: 'Send the dataset config, as an object or as YAML text.',
    },
  ]
}

function publishProblems({ arweave, max_price_winston: price }: Static<typeof Publish>): Found[] {
  if (arweave !== true || price !== undefined) return []
  const hint = 'Say what the upload may cost at most, in winston, as text: "1000000000".'
  return [
    {
      path: '/publish/max_price_winston',
      message: 'Publishing on Arweave needs a price limit',
      hint,
    },
  ]
}

type Parsed = Pick<ParsedConfig, 'warnings' | 'locate'> & {
  config: DatasetConfig | null
  problems: Found[]
}

function parseSource(source: string | object | undefined): Parsed {
  if (source === undefined) {
    return { config: null, problems: [], warnings: [], locate: () => undefined }
  }
  const parsed = parseConfig(source)
  return { ...parsed, problems: parsed.problems.map(underConfig) }
}

function underConfig(problem: Problem): Found {
  return { ...problem, path: `/config${problem.path}`, ofConfig: true }
}

function errorOf(problems: Found[]): AppError {
  const plain = problems.map(
    ({ ofConfig: _config, unsupported: _mark, ...problem }): Problem => problem,
  )
  const [first] = plain
  const more = plain.length > 1 ? ` (and ${plain.length - 1} more)` : ''
  const where = first?.path ? `${first.path}: ` : ''
  const detail = `${where}${first?.message}${more}${problems[0]?.unsupported ? `. ${first?.hint}` : ''}`
  if (problems.every(({ unsupported }) => unsupported)) {
    return new AppError('unsupported', detail, { problems: plain })
  }
  const configOnly = problems.every(({ ofConfig }) => ofConfig)
  return new AppError(configOnly ? 'invalid_config' : 'invalid_request', detail, {
    problems: plain,
  })
}

function submissionOf(
  request: Body,
  { config, warnings, locate }: Parsed,
  { now, connection }: { now: number; connection: JobConnection | null },
): Submission {
  if (config === null) throw new AppError('internal', 'a submission without problems has no config')
  const { resolved, warnings: more } = resolveRequest(request, config, {
    now,
    locate,
    ...(connection !== null && { database: connection.kind }),
  })
  const names = connection === null ? [] : nameProblems(resolved)
  if (names.length > 0) throw errorOf(names)
  const { publish = {}, output = {} } = request
  return {
    projectId: request.project_id ?? connection?.project_id ?? null,
    name:
      request.name ??
      config.tables
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 200),
    resolved,
    priority: request.priority ?? 'normal',
    regions: [...new Set(request.regions ?? [])],
    publish: {
      // Who asks for rows in a database has not asked for files in public.
      ipfs: publish.ipfs ?? connection === null,
      arweave: publish.arweave ?? false,
      config: publish.config ?? true,
      maxPriceWinston: publish.max_price_winston ?? null,
    },
    load: connection === null ? null : loadSettingsOf(output, connection),
    dryRun: request.dry_run ?? false,
    warnings: [...warnings, ...more],
  }
}

function resolveRequest(
  request: Body,
  config: DatasetConfig,
  { locate, ...given }: Pick<Parsed, 'locate'> & { now: number; database?: SqlDialect },
) {
  const { output = {}, rows, chunk_rows: chunkRows, anomalies } = request
  const { connection: _, schema: __, mode: ___, ...files } = output
  const asked = {
    ...(rows !== undefined && { rows }),
    ...(chunkRows !== undefined && { chunkRows }),
    ...(anomalies !== undefined && { anomalies }),
  }
  try {
    return resolveConfig(config, { ...given, ...asked, ...files }, locate)
  } catch (error) {
    if (error instanceof AppError && error.problems.length > 0) {
      const unsupported = error.code === 'unsupported' ? { unsupported: true as const } : {}
      throw errorOf(
        error.problems.map((problem) => ({ ...whereSaid(problem, output), ...unsupported })),
      )
    }
    throw error
  }
}

/** What is wrong is wrong where it was said: in the request, else in the config. */
function whereSaid(problem: Problem, output: Static<typeof Output>): Found {
  const [, root, key = ''] = problem.path.split('/')
  const asked = root === 'anomalies' || (root === 'output' && Object.hasOwn(output, key))
  return asked ? problem : underConfig(problem)
}
