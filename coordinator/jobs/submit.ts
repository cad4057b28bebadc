// Takes a job in: plan, limits and rights first, then one transaction with everything that the job is.

import { createHash } from 'node:crypto'
import type { Database, Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import { type Principal, requireScope } from '#coordinator/identity/principals.ts'
import { projectForWriting } from '#coordinator/identity/projects.ts'
import type { LoadSettings } from '#coordinator/load/settings.ts'
import type { OpenedModels } from '#coordinator/models/opened-models.ts'
import { canonicalJson, digestOf } from '#engine/config/canonical.ts'
import { AppError } from '#engine/errors.ts'
import type { Plan } from '#engine/plan.ts'
import { linksOf } from './job-view.ts'
import { connectionOf } from './load-request.ts'
import { modelOf } from './model-request.ts'
import type { Planner } from './planning.ts'
import { samplesFor } from './samples.ts'
import type { SpecKeeper } from './spec-keeper.ts'
import { readSubmission, type Submission } from './submission.ts'
import { tryConditions } from './try-conditions.ts'

/** A sampler of a larger one takes so long to make that others would wait: that is for a thread. */
const LARGE_MODEL_BYTES = 8 * 2 ** 20
const CHUNKS_MAX = 2_000_000

export type Submitted = {
  job_id: string
  status: 'pending'
  total_rows: number
  total_chunks: number
  links: Record<string, string>
  warnings: string[]
}

export type DryRun = {
  dry_run: true
  total_rows: number
  total_chunks: number
  bytes: number
  /** What Arweave asks for these bytes; null when the job would not go there or nobody can say. */
  price: { arweave_winston: string } | null
  tables: { name: string; rows: number; chunks: number; bytes: number }[]
  /** The database that the rows would be written into, and how. */
  load: LoadSettings | null
  warnings: string[]
}

export type SubmitDeps = {
  database: Database
  planner: Planner
  specKeeper: SpecKeeper
  models: OpenedModels
  /** Of jobs that do not say, where an operator has set it. */
  usualChunkRows?: number
  /** Arweave's price for a number of bytes, in winston; null where there is no Arweave. */
  arweavePrice: ((bytes: number, options: { signal: AbortSignal }) => Promise<bigint>) | null
}

export type Prepared = { submission: Submission; plan: Plan; bytes: number[] | null }

/** Everything that can be refused before anything is written. */
export async function prepareSubmission(
  {
    database,
    planner,
    models,
    arweavePrice,
    usualChunkRows,
  }: Pick<SubmitDeps, 'database' | 'planner' | 'models' | 'arweavePrice' | 'usualChunkRows'>,
  principal: Principal,
  body: unknown,
): Promise<Prepared> {
  requireScope(principal, 'jobs:write')
  const connection = await connectionOf(database, principal, body)
  const model = await modelOf({ sql: database, models }, principal, body)
  const samples = await samplesFor(database, principal, body)
  const submission = readSubmission(body, Date.now() / 1000, {
    connection,
    model,
    samples,
    ...(usualChunkRows !== undefined && { usualChunkRows }),
  })
  const large = model !== null && model.file.bytes > LARGE_MODEL_BYTES
  for (const { learned } of submission.resolved.tables)
    if (learned && model && !large) await tryConditions(model.model, learned)
  if (submission.publish.arweave) {
    requireScope(principal, 'publish:arweave')
    if (arweavePrice === null) throw noArweave()
  }
  const planned = await planner.plan(submission.resolved, {
    sample: submission.dryRun,
    ...(model && { model: model.file }),
    conditions: large && submission.resolved.tables.some(({ learned }) => learned?.conditions),
  })
  const { chunks } = totalsOf(planned.plan)
  if (chunks > CHUNKS_MAX) throw tooManyChunks(chunks, submission)
  return { submission, ...planned }
}

function noArweave(): AppError {
  const message = 'This installation has no Arweave wallet'
  const hint = 'Publish by IPFS only, or ask the operator to set a wallet up.'
  const problems = [{ path: '/publish/arweave', message, hint }]
  return new AppError('unsupported', `${message}. ${hint}`, { problems })
}

function tooManyChunks(chunks: number, { resolved }: Submission): AppError {
  const enough = resolved.chunk_rows * Math.ceil(chunks / CHUNKS_MAX)
  const message = `The job would have ${chunks} chunks; at most ${CHUNKS_MAX} are possible`
  const problems = [{ path: '/chunk_rows', message, hint: `Use at least ${enough}.` }]
  return new AppError('invalid_request', message, { problems })
}

function totalsOf(plan: Plan): { rows: number; chunks: number } {
  return {
    rows: plan.tables.reduce((sum, table) => sum + table.rows, 0),
    chunks: plan.tables.reduce((sum, table) => sum + table.chunks, 0),
  }
}

const PRICE_TIMEOUT_MS = 3_000

export async function dryRun(
  { database, arweavePrice }: SubmitDeps,
  principal: Principal,
  { submission, plan, bytes }: Prepared,
): Promise<DryRun> {
  await projectForWriting(database, principal, submission.projectId)
  const { rows, chunks } = totalsOf(plan)
  const sizes = bytes ?? []
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const warnings = [...submission.warnings]
  let price: DryRun['price'] = null
  if (submission.publish.arweave && arweavePrice !== null) {
    const signal = AbortSignal.timeout(PRICE_TIMEOUT_MS)
    price = await arweavePrice(total, { signal }).then(
      (winston) => ({ arweave_winston: String(winston) }),
      () => null,
    )
    if (price === null) warnings.push('Arweave does not say its price at the moment.')
  }
  return {
    dry_run: true,
    total_rows: rows,
    total_chunks: chunks,
    bytes: total,
    price,
    tables: plan.tables.map(({ name, rows, chunks }, i) => ({
      name,
      rows,
      chunks,
      bytes: sizes[i] ?? 0,
    })),
    load: submission.load,
    warnings,
  }
}

/** `settle`, if given, stores the reply in the job's own transaction. */
export async function submitJob(
  { database, specKeeper }: Pick<SubmitDeps, 'database' | 'specKeeper'>,
  principal: Principal,
  prepared: Prepared,
  settle: ((sql: Sql, submitted: Submitted) => Promise<void>) | null,
): Promise<Submitted> {
  const { submission, plan } = prepared
  const project = await projectForWriting(database, principal, submission.projectId)
  const submitted = submittedOf(prepared)
  const spec = specOf(prepared)
  const owner = { projectId: project.id, ownerId: principal.userId }
  const job = { submitted, submission, plan, specDigest: spec.digest, ...owner }
  await specKeeper.keep(spec, async () => {
    // One statement is a transaction by itself, with fewer turns for ten jobs that arrive at once.
    if (settle === null && !submission.publish.arweave) return insertJob(database, job)
    await database.transaction(async (sql) => {
      if (submission.publish.arweave) await requireBudget(sql, project.id, submission)
      await insertJob(sql, job)
      await settle?.(sql, submitted)
    })
  })
  // Afterwards, because commits that notify wait for each other; a lost one costs the starter's next look.
  void notify(database, 'outbox', submitted.job_id).catch(() => undefined)
  return submitted
}

function submittedOf({ submission, plan }: Prepared): Submitted {
  const { rows, chunks } = totalsOf(plan)
  const jobId = newId('job')
  return {
    job_id: jobId,
    status: 'pending',
    total_rows: rows,
    total_chunks: chunks,
    links: linksOf(jobId),
    warnings: submission.warnings,
  }
}

function specOf({ submission, plan }: Prepared): { digest: string; body: string } {
  const { resolved: config, model } = submission
  const body = canonicalJson({ config, plan, ...(model && { inputs: [model.file] }) })
  return { digest: createHash('sha256').update(body).digest('hex'), body }
}

type Insert = {
  submitted: Submitted
  submission: Submission
  plan: Plan
  specDigest: string
  projectId: string
  ownerId: string
}

/** One statement: the job, its tables, the start that Temporal is to be told, and the first line of its story. */
async function insertJob(
  sql: Sql,
  { submitted, submission, plan, specDigest, projectId, ownerId }: Insert,
): Promise<void> {
  const { resolved, publish, load, model } = submission
  const { tables } = plan
  await sql.query(
    INSERT_JOB,
    [
      submitted.job_id,
      projectId,
      ownerId,
      submission.name,
      submission.priority,
      submission.regions,
      specDigest,
      digestOf(resolved),
      resolved.seed,
      resolved.engine_version,
      resolved.output.format,
      resolved.chunk_rows,
      submitted.total_rows,
      submitted.total_chunks,
      publish.ipfs,
      publish.arweave,
      publish.config,
      publish.maxPriceWinston,
      tables.map(({ name }) => name),
      tables.map(({ rows }) => rows),
      tables.map(({ chunks }) => chunks),
      `Submitted: ${submitted.total_rows} rows in ${submitted.total_chunks} chunks`,
      resolved.output.compression ?? null,
      resolved.output.arrow?.container === 'stream' ? 'stream' : null,
      load,
      load?.connection_id ?? null,
      model?.id ?? null,
    ],
    { prepared: 'insert-job' },
  )
}

const INSERT_JOB = `
with job as (
  insert into jobs (id, project_id, owner_id, name, priority, regions, spec_digest, config_digest, seed,
    engine_version, format, chunk_rows, total_rows, total_chunks, publish_ipfs, publish_arweave,
    publish_config, max_price_winston, compression, container, load, trusted_only, strict_class)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $23, $24, $25,
    $27::text is not null and not (select allow_community_compute from projects where id = $2),
    $27::text is not null and (select strict_runtime_class from projects where id = $2))
  returning id
), filled as (
  insert into job_tables (job_id, table_no, name, rows, chunks)
  select job.id, t.no - 1, t.name, t.rows, t.chunks
  from job, unnest($19::text[], $20::bigint[], $21::int[]) with ordinality as t(name, rows, chunks, no)
), connected as (
  insert into job_connections (job_id, connection_id)
  select job.id, c.id from job, connections c where c.id = $26
), sampled as (
  insert into job_models (job_id, model_id) select job.id, m.id from job, models m where m.id = $27
), started as (
  insert into outbox (job_id, action) select id, 'start' from job
)
insert into job_events (job_id, kind, message) select id, 'log', $22 from job`

/** What running jobs may still spend counts as spent. */
async function requireBudget(sql: Sql, projectId: string, { publish }: Submission): Promise<void> {
  // A statement of its own: the sum below must see what the holder of the lock before us has committed.
  await sql.query('select 1 from projects where id = $1 for update', [projectId])
  const [row] = await sql.query<{ left: string }>(
    `select (p.arweave_budget_winston - p.arweave_spent_winston - coalesce((
       select sum(j.max_price_winston) from jobs j where j.project_id = p.id and j.publish_arweave
         and j.status in ('pending', 'generating', 'paused')), 0))::text as left
     from projects p where p.id = $1`,
    [projectId],
  )
  const left = BigInt(row?.left ?? 0)
  if (left >= BigInt(publish.maxPriceWinston ?? 0)) return
  const message = `The project has ${left < 0n ? 0n : left} winston of its Arweave budget left`
  throw new AppError('price_exceeded', `${message}, less than max_price_winston.`)
}
