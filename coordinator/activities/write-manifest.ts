// The manifest: everything that anyone needs to make any chunk again and compare it. The root that is published
// is a directory of the files, manifest.json and chunks.jsonl.

import { createHmac } from 'node:crypto'
import { canonicalJson, digestOf } from '#engine/config/canonical.ts'
import { hasFooter } from '#engine/config/output-formats.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import { compressionIn, compressorOf } from '#engine/formats/compressor.ts'
import type { Database } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { contiguousParts } from '../ledger/ledger.ts'
import { type OutputRow, readOutputs } from '../ledger/outputs.ts'
import { runtimeClassesOf } from '../ledger/runtime-classes.ts'
import type { BlockStore } from '../storage/block-store.ts'
import type { PutFooter } from '../storage/footers.ts'
import { putConcat, putDirectory, putPart } from '../storage/put-dag.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'
import { enterStage } from './record.ts'

type Deps = {
  database: Database
  specs: JobSpecs
  store: BlockStore
  putFooter: PutFooter
  /** Key of the workers' pseudonyms. */
  pseudonymKey: Buffer
}

/** Lines of chunks.jsonl in one part of it: whole parts stay well under a leaf. */
export const LINES_PER_PART = 4_000

export function createWriteManifest(deps: Deps): StorageActivities['writeManifest'] {
  const { database, specs } = deps
  return async ({ jobId }) => {
    const spec = await specs.get(jobId)
    await enterStage(database, jobId, 'publishing')
    const outputs = await readOutputs(database, jobId)
    const chunks = await writeChunkList(deps, jobId, outputs)
    const footers = await footersOf(deps, spec)
    const drawn = await drawnFields(deps, spec)
    const manifest = await putConcat(deps.store, [
      await putPart(
        deps.store,
        jsonBytes({ ...manifestOf(spec, outputs, chunks, footers), ...drawn }),
      ),
    ])
    const entries = [
      ...outputs.map((output) => ({
        name: `${output.name}.${spec.extension}`,
        link: linkOf(output),
      })),
      { name: 'chunks.jsonl', link: chunks },
      { name: 'manifest.json', link: manifest },
    ]
    const root = await putDirectory(deps.store, entries)
    await database.query('update jobs set manifest_cid = $2, root_cid = $3 where id = $1', [
      jobId,
      manifest.cid,
      root.cid,
    ])
    await notify(database, 'job', jobId)
  }
}

const jsonBytes = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

function linkOf(output: OutputRow): Link {
  if (!output.link) throw new AppError('part_missing', `${output.name} is not merged`)
  return output.link
}

/** By table of the plan; null where the format has none. */
async function footersOf({ database, putFooter }: Deps, spec: JobSpec): Promise<(Link | null)[]> {
  const { jobId, plan, config } = spec
  if (!hasFooter(config.output)) return []
  const footers: (Link | null)[] = []
  for (const [tableNo, { chunks }] of plan.tables.entries()) {
    const range = { jobId, tableNo, from: 0, limit: chunks }
    const parts = await contiguousParts(database, range)
    const links = parts.map(({ link }) => link)
    footers.push(await putFooter(spec, tableNo, links))
  }
  return footers
}

const footerField = (footer: Link | null | undefined) =>
  footer ? { footer: { cid: footer.cid, bytes: footer.bytes, dag_bytes: footer.dagBytes } } : {}

function manifestOf(spec: JobSpec, outputs: OutputRow[], chunks: Link, footers: (Link | null)[]) {
  const { config, plan } = spec
  return {
    manifest_version: 1,
    job_id: spec.jobId,
    name: spec.name,
    engine_version: config.engine_version,
    seed: config.seed,
    now: config.now,
    config_digest: digestOf(config),
    // Left out when the owner keeps the config: then verifying needs the owner's key.
    ...(spec.publishConfig ? { config } : {}),
    output: { ...config.output, ...compressorFields(config), chunk_rows: config.chunk_rows },
    files: outputs.map((output) => ({
      table: output.name,
      name: `${output.name}.${spec.extension}`,
      rows: output.rows,
      bytes: output.bytes,
      sha256: output.sha256,
      cid: output.link?.cid,
      chunks: plan.tables[output.tableNo]?.chunks,
      ...footerField(footers[output.tableNo]),
    })),
    chunks: { name: 'chunks.jsonl', cid: chunks.cid, bytes: chunks.bytes },
  }
}

/** The models that rows were drawn from, by the SHA-256 of their files, and the runtimes that drew them. */
async function drawnFields({ database }: Deps, { jobId, config }: JobSpec) {
  const models = config.tables.flatMap(({ learned }) => learned?.model ?? [])
  if (models.length === 0) return {}
  return { models, runtime_classes: await runtimeClassesOf(database, jobId) }
}

/** Whose compressed bytes these are: others' may differ, though not what is inside. */
function compressorFields({ output }: ResolvedConfig) {
  const compression = compressionIn(output)
  return compression === null ? {} : { compressor: compressorOf(compression) }
}

type ChunkRow = {
  chunk_no: number
  cid: string
  bytes: number
  dag_bytes: number
  rows: number
  worker_id: string
  region: string
}

/** One line per chunk, table by table, read and written in bounded pieces. */
async function writeChunkList(deps: Deps, jobId: string, outputs: OutputRow[]): Promise<Link> {
  const links: Link[] = []
  for (const { tableNo, name } of outputs) {
    for (let from = 0; ; from += LINES_PER_PART) {
      const rows = await deps.database.query<ChunkRow>(
        `select chunk_no, cid, bytes, dag_bytes, rows, worker_id, region from chunks
         where job_id = $1 and table_no = $2 and chunk_no >= $3 and chunk_no < $4 order by chunk_no`,
        [jobId, tableNo, from, from + LINES_PER_PART],
      )
      if (rows.length === 0) break
      const lines = rows.map((row) => canonicalJson(lineOf(deps.pseudonymKey, name, row)))
      links.push(await putPart(deps.store, Buffer.from(`${lines.join('\n')}\n`)))
    }
  }
  return putConcat(deps.store, links)
}

const lineOf = (key: Buffer, table: string, row: ChunkRow) => ({
  table,
  chunk: row.chunk_no,
  cid: row.cid,
  bytes: Number(row.bytes),
  dag_bytes: Number(row.dag_bytes),
  rows: row.rows,
  worker: createHmac('sha256', key).update(row.worker_id).digest('hex').slice(0, 16),
  region: row.region,
})
