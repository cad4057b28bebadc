// Reads the body of a submission: everything wrong with it, config included, is found in one pass.

import type { Static } from 'typebox'
import { createCheck } from '#coordinator/http/validation.ts'
import type { LoadSettings } from '#coordinator/load/settings.ts'
import type { DatasetConfig } from '#engine/config/dataset-config.ts'
import { type ParsedConfig, parseConfig } from '#engine/config/parse.ts'
import { type ConfigProblem, nameHint, quote } from '#engine/config/problem.ts'
import { type ResolvedResult, resolveConfig } from '#engine/config/resolve.ts'
import type { Samples } from '#engine/config/samples.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { AppError, type Problem } from '#engine/errors.ts'
import { learnedConfig } from '#engine/models/learned-config.ts'
import { type JobConnection, loadProblems, loadSettingsOf, nameProblems } from './load-request.ts'
import { type JobModel, modelProblems } from './model-request.ts'
import { type Output, type Publish, SubmitBody } from './submit-body.ts'
import { templates } from './templates.ts'

/** Fields of the contract that this release does not do yet. */
const LATER = ['config_id']

export type Submission = {
  projectId: string | null
  name: string
  resolved: ResolvedConfig
  priority: 'low' | 'normal' | 'high'
  regions: string[]
  publish: { ipfs: boolean; arweave: boolean; config: boolean; maxPriceWinston: string | null }
  /** The database to write into; null: none. */
  load: LoadSettings | null
  /** What the rows are drawn from; null where rules make them. */
  model: JobModel | null
  dryRun: boolean
  warnings: string[]
}

const check = createCheck(SubmitBody)

type Body = Static<typeof SubmitBody>
type Found = ConfigProblem & { ofConfig?: true }

/** What a body names, and the caller may use. */
export type Named = { connection: JobConnection | null; model: JobModel | null }

type Given = Named & {
  now: number
  /** Of a request that does not say. */
  usualChunkRows?: number
}

/**
 * `now` is the time of submission, seconds since 1970 UTC; `connection`, `model` and `samples` those that the body names. Throws
 * `invalid_request`, `invalid_config` when only the config is wrong, or `unsupported` when nothing is wrong but something
 * is not done yet; each with all its places.
 */
export function readSubmission(
  body: unknown,
  now: number,
  {
    connection = null,
    model = null,
    samples = new Map(),
    ...usual
  }: Partial<Omit<Given, 'now'>> & { samples?: Samples } = {},
): Submission {
  const [known, later] = splitFields(body)
  const wrong = check(known, '')
  const broken = new Set(wrong.map(({ path }) => path.split('/')[1] ?? ''))
  const request = (broken.has('') ? {} : known) as Body
  const parsed = parseSource(broken.has('config') ? undefined : sourceOf(request), samples)
  const problems: Found[] = [
    ...wrong,
    ...later,
    ...(broken.has('template') ? [] : templateProblems(request)),
    ...missingConfig(broken, request, later),
    ...(broken.has('') ? [] : modelProblems(request, broken)),
    ...(broken.has('publish') ? [] : publishProblems(request.publish ?? {})),
    ...(broken.has('output') ? [] : loadProblems(request, connection)),
    ...parsed.problems,
  ]
  if (problems.length > 0) throw errorOf(problems)
  return submissionOf(request, parsed, { now, connection, model, ...usual })
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
  const { config, template, model_id: model } = request
  if (config !== undefined || template !== undefined || model !== undefined) return []
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

function parseSource(source: string | object | undefined, samples: Samples): Parsed {
  if (source === undefined) {
    return { config: null, problems: [], warnings: [], locate: () => undefined }
  }
  const parsed = parseConfig(source, { samples })
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

function submissionOf(request: Body, parsed: Parsed, named: Given): Submission {
  const { connection, model } = named
  const { resolved, warnings } = resolveRequest(request, parsed, named)
  const names = connection === null ? [] : nameProblems(resolved)
  if (names.length > 0) throw errorOf(names)
  const { publish = {}, output = {} } = request
  return {
    projectId: request.project_id ?? model?.projectId ?? connection?.project_id ?? null,
    name: request.name ?? nameOf(resolved),
    resolved,
    priority: request.priority ?? 'normal',
    regions: [...new Set(request.regions ?? [])],
    publish: {
      // Who asks for rows in a database, or of a model, has not asked for files in public.
      ipfs: publish.ipfs ?? (connection === null && model === null),
      arweave: publish.arweave ?? false,
      config: publish.config ?? true,
      maxPriceWinston: publish.max_price_winston ?? null,
    },
    load: connection === null ? null : loadSettingsOf(output, connection),
    model,
    dryRun: request.dry_run ?? false,
    warnings: [...parsed.warnings, ...warnings],
  }
}

const nameOf = ({ tables }: ResolvedConfig): string =>
  tables
    .filter(({ anomalies_of: source }) => source === undefined)
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 200)

/** Of rows drawn from a model. */
const MODEL_TABLE = 'synthetic'

function resolveRequest(
  request: Body,
  { config, locate }: Parsed,
  { now, connection, model, usualChunkRows }: Given,
): ResolvedResult {
  const { output = {}, rows, chunk_rows: chunkRows, anomalies } = request
  const { connection: _, schema: __, mode: ___, ...files } = output
  const asked = {
    now,
    ...files,
    ...(connection !== null && { database: connection.kind }),
    ...(chunkRows !== undefined && { chunkRows }),
    ...(usualChunkRows !== undefined && { usualChunkRows }),
    ...(anomalies !== undefined && { anomalies }),
  }
  try {
    if (model !== null) {
      const { seed, conditions, bounds } = request
      const drawn = { name: MODEL_TABLE, rows: rows ?? 0, conditions, bounds }
      return learnedConfig(model.model, { ...asked, ...drawn, ...(seed !== undefined && { seed }) })
    }
    if (config !== null)
      return resolveConfig(config, { ...asked, ...(rows !== undefined && { rows }) }, locate)
  } catch (error) {
    if (error instanceof AppError && error.problems.length > 0) {
      const mark = error.code === 'unsupported' ? { unsupported: true as const } : {}
      const found = error.problems.map((problem) => ({
        ...(model === null ? whereSaid(problem, output) : problem),
        ...mark,
      }))
      throw errorOf(found)
    }
    throw error
  }
  throw new AppError('internal', 'a submission without problems has no config')
}

/** What is wrong is wrong where it was said: in the request, else in the config. */
function whereSaid(problem: Problem, output: Static<typeof Output>): Found {
  const [, root, key = ''] = problem.path.split('/')
  const asked = root === 'anomalies' || (root === 'output' && Object.hasOwn(output, key))
  return asked ? problem : underConfig(problem)
}
