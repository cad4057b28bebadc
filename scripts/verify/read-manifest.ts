// A manifest and its list of chunks, from a file beside it or from a gateway, checked against their CIDs.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LINES_PER_PART } from '#coordinator/activities/write-manifest.ts'
import type { ResolvedConfig, ResolvedOutput } from '#engine/config/types.ts'
import { cidKind, isCid, verifyBlock } from '#engine/dag/cid.ts'
import { concatLinks } from '#engine/dag/concat.ts'
import { decodeNode } from '#engine/dag/node.ts'
import { partOf } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'

export type ManifestFile = {
  table: string
  name: string
  rows: number
  bytes: number
  sha256: string
  cid: string
  chunks: number
  /** What stands behind the chunks, where the format has a footer. */
  footer?: { cid: string; bytes: number; dag_bytes: number }
}

/** Of compressed files, whose bytes they are. */
export type OutputNote = Partial<ResolvedOutput> & { compressor?: string }

export type Manifest = {
  manifest_version: 1
  engine_version: string
  config_digest: string
  config?: ResolvedConfig
  output?: OutputNote
  /** Of rows drawn from models: their digests, and the classes of the runtimes that drew them. */
  models?: string[]
  runtime_classes?: string[]
  files: ManifestFile[]
  chunks: { name: string; cid: string; bytes: number }
}

export type ChunkLine = {
  table: string
  chunk: number
  cid: string
  bytes: number
  dag_bytes: number
  rows: number
}

export type ManifestSource = {
  manifest: Manifest
  chunks: ChunkLine[]
}

type Options = {
  /** For example http://127.0.0.1:8080; used for bare CIDs and for chunks.jsonl when it is not beside the file. */
  gateway: string | null
  apiKey: string | null
}

/** `source`: a file, a URL, or the CID of a manifest or of the published folder. Throws AppError with what to do. */
export async function readManifest(source: string, options: Options): Promise<ManifestSource> {
  const read = readerFor(source, options)
  const manifest = parseManifest(String(await read('manifest.json')))
  if (manifest.manifest_version !== 1)
    throw new AppError('unsupported', 'this release knows version 1 of the manifest alone')
  const list = String(await read('chunks.jsonl', manifest.chunks.cid))
  const lines = list.split('\n').filter(Boolean)
  const chunks = lines.map((line) => JSON.parse(line) as ChunkLine)
  if (cidOfList(lines, chunks) !== manifest.chunks.cid)
    throw new AppError('digest_mismatch', 'chunks.jsonl is not the one the manifest names')
  return { manifest, chunks }
}

function parseManifest(text: string): Manifest {
  const no = (why: string, cause?: unknown): AppError =>
    new AppError('invalid_request', `that is not a manifest: ${why}`, { cause })
  let value: Partial<Manifest> | null
  try {
    value = JSON.parse(text) as Partial<Manifest> | null
  } catch (cause) {
    throw no('it is not JSON', cause)
  }
  if (!value?.manifest_version || !value.chunks || !Array.isArray(value.files))
    throw no('it lacks manifest_version, chunks or files')
  return value as Manifest
}

/** The list is a file of several parts: each table begins one, and so does every LINES_PER_PART-th chunk of it. */
function cidOfList(lines: readonly string[], chunks: readonly ChunkLine[]): string {
  const parts: string[] = []
  for (const [i, { chunk }] of chunks.entries()) {
    if (chunk % LINES_PER_PART === 0) parts.push('')
    parts[parts.length - 1] += `${lines[i]}\n`
  }
  const links = parts.map((part) => partOf(Buffer.from(part)).link)
  return concatLinks(links, () => undefined).cid
}

type Read = (name: string, cid?: string) => Promise<Buffer>

function readerFor(source: string, { gateway, apiKey }: Options): Read {
  const headers: Record<string, string> = apiKey ? { 'x-api-key': apiKey } : {}
  const origin = () => gateway ?? needed()
  if (/^https?:/.test(source)) {
    const base = gateway ?? new URL(source).origin
    return (name, cid) =>
      fetchBytes(name === 'manifest.json' ? source : `${base}/ipfs/${cid}`, headers)
  }
  if (isCid(source))
    return (name, cid) =>
      name === 'manifest.json'
        ? fetchManifest(source, { origin: origin(), headers })
        : // Of an output that is not public, its owner may read what lies in the folder by its path alone.
          fetchBytes(`${origin()}/ipfs/${cid}`, headers).catch(() =>
            fetchBytes(`${origin()}/ipfs/${source}/${name}`, headers),
          )
  return async (name, cid) => {
    if (name === 'manifest.json') return readGiven(source)
    const beside = path.join(path.dirname(source), name)
    return readFile(beside).catch(async () => {
      const bytes = await fetchBytes(`${origin()}/ipfs/${cid}`, headers).catch(() => null)
      if (bytes !== null) return bytes
      const message = `${name} is neither beside ${source} nor to be had from the gateway: name the CID of the whole output (root_cid of its job) in place of the file`
      throw new AppError('not_found', message)
    })
  }
}

/** A file that was named. AppError `not_found`. */
export async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'is neither a file here, nor a URL, nor a CID' : `is not read (${code})`
    throw new AppError('not_found', `${file} ${why}`, { cause })
  }
}

type Gateway = { origin: string; headers: Record<string, string> }

/** From a gateway that nobody has to trust: every block on the way is checked against the CID that led to it. */
async function fetchManifest(cid: string, { origin, headers }: Gateway): Promise<Buffer> {
  const block = async (name: string) => {
    const bytes = await fetchBytes(`${origin}/ipfs/${name}?format=raw`, headers)
    if (!verifyBlock(name, bytes))
      throw new AppError('digest_mismatch', `the gateway answers other bytes for ${name}`)
    return bytes
  }
  const top = await block(cid)
  if (cidKind(cid) === 'raw') return top
  const { kind, links } = decodeNode(top)
  const entry = links.find(({ name }) => name === 'manifest.json')
  if (kind === 'directory' && entry) return fetchManifest(entry.cid, { origin, headers })
  if (kind === 'directory')
    throw new AppError('not_found', `${cid} is a folder without manifest.json`)
  const leaves: Buffer[] = []
  for (const link of links) leaves.push(await block(link.cid))
  return Buffer.concat(leaves)
}

function needed(): never {
  throw new AppError('invalid_request', 'name a gateway: --gateway http://127.0.0.1:8080')
}

async function fetchBytes(url: string, headers: Record<string, string>): Promise<Buffer> {
  const response = await fetch(url, { headers }).catch((cause: unknown) => {
    throw new AppError('connection_failed', `${url} does not answer`, { cause })
  })
  if (!response.ok) throw new AppError('not_found', `${url} answers ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}
