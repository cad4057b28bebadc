// Makes chunks again from a manifest's config and compares: what a worker, or anyone, would have made.

import { chunkRange, withRows, writeChunk } from '#engine/chunk.ts'
import { type CompiledDataset, compile } from '#engine/compile.ts'
import { digestOf } from '#engine/config/canonical.ts'
import { concatLinks } from '#engine/dag/concat.ts'
import { partOf } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import { createFooterBuilder, type PartEnd } from '#engine/footer.ts'
import { Output } from '#engine/formats/output.ts'
import type { Model } from '#engine/models/model.ts'
import { planConfig } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { ChunkLine, Manifest, ManifestSource } from './read-manifest.ts'

const CHUNK_BYTES_MAX = 1 << 30

export type Mismatch = { table: string; chunk: number; expected: string; found: string }
export type Verification = { checked: number; of: number; mismatches: Mismatch[] }

/** Files are what their chunks add up to, by links alone. Throws AppError digest_mismatch naming the file. */
export function checkFiles({ manifest, chunks }: ManifestSource): void {
  for (const file of manifest.files) {
    const lines = chunks.filter(({ table }) => table === file.table)
    const inOrder = lines.length === file.chunks && lines.every(({ chunk }, i) => chunk === i)
    const parts = file.footer ? [...lines, file.footer] : lines
    const links = parts.map(({ cid, bytes, dag_bytes }) => ({ cid, bytes, dagBytes: dag_bytes }))
    if (!inOrder || concatLinks(links, () => undefined).cid !== file.cid)
      throw new AppError('digest_mismatch', `${file.name} is not what its chunks add up to`)
  }
}

/** Bytes in hand as a part that a footer is made over. */
const partEnd = (bytes: Uint8Array): PartEnd => ({
  bytes: bytes.length,
  read: (from, to) => Promise.resolve(bytes.slice(from, to)),
})

/** The CIDs of files' footers, made again from chunks that come table by table in order. */
function createFooters(dataset: CompiledDataset) {
  const builders = new Map(dataset.tables.map((table) => [table.name, createFooterBuilder(table)]))
  return {
    add: async (table: string, bytes: Uint8Array) => builders.get(table)?.add(partEnd(bytes)),
    cidOf(table: string): string | null {
      const bytes = builders.get(table)?.finish() ?? null
      return bytes && partOf(bytes).link.cid
    },
  }
}

/** `models`: those that rows were drawn from. */
export type VerifyOptions = {
  sample: number
  models?: readonly Model[]
  onChunk: (line: ChunkLine, equal: boolean) => void
}

/**
 * Makes `sample` chunks (all of them when that many) again; calls `onChunk` after each. Footers are made again where
 * all chunks are; AppError digest_mismatch for one that differs though its chunks do not.
 */
export async function verifyChunks(
  { manifest, chunks }: ManifestSource,
  { sample, models = [], onChunk }: VerifyOptions,
): Promise<Verification> {
  const config = configOf(manifest)
  const sandbox = await sandboxFor(config)
  const byDigest = new Map(models.map((model) => [model.digest, model]))
  for (const { learned } of config.tables) requireModel(learned, byDigest)
  const dataset = compile(config, planConfig(config), { sandbox, models: byDigest })
  const output = new Output(CHUNK_BYTES_MAX)
  const mismatches: Mismatch[] = []
  const chosen = spread(chunks, sample)
  const footers = chosen.length === chunks.length ? createFooters(dataset) : null
  for (const line of chosen) {
    output.reset()
    const table = dataset.table(line.table)
    const range = chunkRange(table, line.chunk)
    await withRows(table, range, () => writeChunk(table, line.chunk, output))
    const found = partOf(output.bytes()).link.cid
    await footers?.add(line.table, output.bytes())
    if (found !== line.cid)
      mismatches.push({ table: line.table, chunk: line.chunk, expected: line.cid, found })
    onChunk(line, found === line.cid)
  }
  for (const { table, name, footer } of manifest.files) {
    if (footers && mismatches.length === 0 && footers.cidOf(table) !== (footer?.cid ?? null))
      throw new AppError('digest_mismatch', `the footer of ${name} is not what its chunks say`)
  }
  await dataset.release()
  return { checked: chosen.length, of: chunks.length, mismatches }
}

function requireModel(
  learned: { model: string } | undefined,
  models: ReadonlyMap<string, Model>,
): void {
  if (!learned || models.has(learned.model)) return
  const message = `the rows were drawn from the model ${learned.model}: name its file with --model`
  throw new AppError('forbidden', message)
}

function configOf(manifest: Manifest) {
  const { config, engine_version: needed } = manifest
  if (!config)
    throw new AppError('forbidden', 'the owner did not publish the config: ask for it to verify')
  if (needed !== ENGINE_VERSION)
    throw new AppError(
      'engine_mismatch',
      `the data was made by engine ${needed}, this is ${ENGINE_VERSION}: check out that release`,
    )
  if (digestOf(config) !== manifest.config_digest)
    throw new AppError('digest_mismatch', 'the config is not the one that the manifest names')
  return config
}

/** Evenly over the list, first and last included. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items]
  const step = (items.length - 1) / Math.max(1, count - 1)
  const indices = new Set(Array.from({ length: count }, (_, i) => Math.round(i * step)))
  return [...indices].map((index) => items[index] as T)
}
