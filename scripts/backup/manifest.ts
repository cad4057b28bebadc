// manifest.json of a backup: what was saved, by which release, and the digest of every file of it.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { StackError } from '../stack/stack-error.ts'

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' })

const ManifestSchema = Type.Object({
  format: Type.Literal(1),
  made_at: Type.String(),
  engine_version: Type.String(),
  /** Of the database: a release that lacks one of them is older than the backup. */
  migrations: Type.Array(Type.String()),
  postgres: Type.Object({ major: Type.Integer() }),
  /** `none`: a cluster keeps its own backups; running jobs are started again from the database. */
  temporal: Type.Union([
    Type.Object({ kind: Type.Literal('file'), version: Type.String() }),
    Type.Object({ kind: Type.Literal('none') }),
  ]),
  parts: Type.Object({
    kind: Type.Enum(['reference', 'copy']),
    /** As SYNDATA_STORE names it. */
    store: Type.String(),
    roots: Type.Integer(),
    missing: Type.Integer(),
  }),
  secrets: Type.Object({
    kind: Type.Enum(['sealed', 'elsewhere']),
    /** SHA-256 of the master key, to know it by. */
    master_key_sha256: Digest,
  }),
  /** By path within the backup; parts are named by their own digests. */
  files: Type.Record(Type.String(), Type.Object({ sha256: Digest, bytes: Type.Integer() })),
})

export type Manifest = Static<typeof ManifestSchema>

const isManifest = Compile(ManifestSchema)
const fileOf = (dir: string): string => path.join(dir, 'manifest.json')

/** Written last: a folder with a manifest is a whole backup. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  await writeFile(fileOf(dir), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Throws StackError unless the folder is a backup, and every file of it is what it was. */
export async function readManifest(dir: string): Promise<Manifest> {
  const manifest = await parsed(dir)
  for (const [name, { sha256, bytes }] of Object.entries(manifest.files)) {
    const found = await digestOf(path.join(dir, name)).catch(() => null)
    if (found?.sha256 === sha256 && found.bytes === bytes) continue
    const how = found === null ? 'is missing' : 'is not the file that was saved'
    throw new StackError(`${path.join(dir, name)} ${how}`, 'Restore from another backup.')
  }
  return manifest
}

async function parsed(dir: string): Promise<Manifest> {
  const whatToDo = 'Give the folder that `npm run backup -- --to` was given.'
  const text = await readFile(fileOf(dir), 'utf8').catch(() => {
    throw new StackError(`${dir} holds no manifest.json: it is no whole backup`, whatToDo)
  })
  try {
    const value: unknown = JSON.parse(text)
    if (isManifest.Check(value)) return value
  } catch (cause) {
    throw new StackError(`${fileOf(dir)} is not JSON`, whatToDo, { cause })
  }
  throw new StackError(`${fileOf(dir)} is of another kind or release`, whatToDo)
}

export async function digestOf(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { sha256: hash.digest('hex'), bytes: (await stat(file)).size }
}
