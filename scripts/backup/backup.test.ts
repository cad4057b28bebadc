import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { putPart } from '#coordinator/storage/put-dag.ts'
import { LEAF_BYTES, partOf } from '#engine/dag/part.ts'
import { keyDigest } from './installation.ts'
import { digestOf, type Manifest, writeManifest } from './manifest.ts'
import { copyBlocks, missingRoots } from './parts.ts'
import { restore } from './restore.ts'
import { seal, unseal } from './sealed-file.ts'

const PASSPHRASE = 'a long enough passphrase'
const KEY = 'ab'.repeat(32)
const FILES = { 'master.key': KEY, 'workers/worker-1/identity.json': '{}' }

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-backup-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

test('what is sealed opens by its passphrase alone, and only whole', () => {
  const sealed = seal(FILES, PASSPHRASE)
  assert.deepEqual(unseal(sealed, PASSPHRASE), FILES)
  assert.ok(!sealed.includes(KEY))
  const changed = Buffer.from(sealed)
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
  for (const [bytes, passphrase] of [
    [sealed, `${PASSPHRASE}!`],
    [changed, PASSPHRASE],
    [sealed.subarray(0, 20), PASSPHRASE],
  ] as const)
    assert.throws(() => unseal(bytes, passphrase), /do not open/)
  assert.throws(() => seal(FILES, 'short'), /fewer than 12/)
})

/** A backup without a database: enough for everything that is looked at before one is needed. */
async function backupOf(t: TestContext, change: Partial<Manifest> = {}): Promise<string> {
  const dir = await folder(t)
  await writeFile(join(dir, 'database.dump'), 'rows')
  await writeFile(join(dir, 'secrets.sealed'), seal(FILES, PASSPHRASE))
  const names = ['database.dump', 'secrets.sealed']
  await writeManifest(dir, {
    format: 1,
    made_at: '2025-01-01T00:00:00Z',
    engine_version: '1.0.0',
    migrations: ['001-initial.sql'],
    postgres: { major: 15 },
    temporal: { kind: 'none' },
    parts: { kind: 'reference', store: 'folder:/store', roots: 0, missing: 0 },
    secrets: { kind: 'sealed', master_key_sha256: keyDigest(KEY) },
    files: Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await digestOf(join(dir, name))])),
    ) as Manifest['files'],
    ...change,
  })
  return dir
}

test('a backup that is not whole, not what was saved or of a later release is refused', async (t) => {
  const into = join(await folder(t), 'data')
  const attempt = (from: string, passphrase: string | null = PASSPHRASE) =>
    restore({ from, dataDir: into, passphrase, say: () => undefined, env: {} })
  await assert.rejects(attempt(await folder(t)), /no whole backup/)
  const changed = await backupOf(t)
  await writeFile(join(changed, 'database.dump'), 'rowz')
  await assert.rejects(attempt(changed), /not the file that was saved/)
  const partial = await backupOf(t)
  await rm(join(partial, 'secrets.sealed'))
  await assert.rejects(attempt(partial), /is missing/)
  const later = await backupOf(t, { migrations: ['001-initial.sql', '999-later.sql'] })
  await assert.rejects(attempt(later), /later release.*999-later\.sql/)
  await assert.rejects(attempt(await backupOf(t), null), /master key of the backup is missing/)
  await assert.rejects(attempt(await backupOf(t), 'another passphrase'), /do not open/)
})

test('the master key may be kept elsewhere, and has to be the same', async (t) => {
  const from = await backupOf(t, {
    secrets: { kind: 'elsewhere', master_key_sha256: keyDigest(KEY) },
  })
  const attempt = (env: Record<string, string>) =>
    restore({ from, dataDir: null, passphrase: null, say: () => undefined, env })
  await assert.rejects(attempt({ SYNDATA_MASTER_KEY: 'cd'.repeat(32) }), /master key/)
  await assert.rejects(attempt({ SYNDATA_MASTER_KEY: KEY }), /neither --data-dir nor DATABASE_URL/)
})

test('nothing is restored into a folder with something in it', async (t) => {
  const into = await folder(t)
  await writeFile(join(into, 'mine'), '')
  const options = { dataDir: into, passphrase: PASSPHRASE, say: () => undefined }
  await assert.rejects(restore({ from: await backupOf(t), ...options }), /is not empty/)
})

test('blocks are copied once, and roots with a missing block are told', async (t) => {
  const [from, to] = [await folder(t), join(await folder(t), 'copy')]
  const store = await createFolderStore(from)
  const bytes = [randomBytes(3 * LEAF_BYTES), randomBytes(2 * LEAF_BYTES)] as const
  const [whole, broken] = [partOf(bytes[0]), partOf(bytes[1])]
  for (const part of bytes) await putPart(store, part)
  await store.delete(broken.leaves[1]?.cid ?? '')
  await mkdir(join(from, 'incoming'), { recursive: true })
  await writeFile(join(from, 'incoming', 'half'), 'x')
  const roots = [whole.link.cid, broken.link.cid]
  assert.deepEqual(await missingRoots(store, roots), [broken.link.cid])
  const first = await copyBlocks(from, to)
  assert.equal(first.blocks, 1 + 3 + 1 + 1)
  assert.equal((await copyBlocks(from, to)).blocks, 0)
  const copy = await createFolderStore(to)
  assert.deepEqual(await missingRoots(copy, roots), [broken.link.cid])
})
