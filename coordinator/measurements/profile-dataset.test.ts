// Profiles of which every process that begins them ends in the middle.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { DatasetInput } from '#coordinator/datasets/dataset-input.ts'
import { storeUpload } from '#coordinator/datasets/store-upload.ts'
import type { StoredFile } from '#coordinator/datasets/stored-file.ts'
import { type BlockStore, verified } from '#coordinator/storage/block-store.ts'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { chunked } from '#engine/testing/uploads.ts'
import { type ProfileHooks, profileDataset } from './profile-dataset.ts'

const ROWS = 60_000
const CSV = `no,town,spent\n${Array.from({ length: ROWS }, (_, i) => `${i},${'ABC'[(i * i) % 3]},${(i * 7919) % 9_973}`).join('\n')}\n`

async function setUp(t: TestContext): Promise<{ store: BlockStore; dataset: DatasetInput }> {
  const dir = await mkdtemp(join(tmpdir(), 'profile-'))
  t.after(() => rm(dir, { recursive: true }))
  const store = verified(await createFolderStore(dir))
  const taken = await storeUpload({ store, onRoot: () => undefined }, chunked(CSV, 65_536), {})
  const { form, rows, columns } = taken.found
  const fields = columns.map(({ field }) => field)
  const named = { datasetId: 'dat_people', projectId: 'prj_people', name: 'people' }
  const reading = { form, keep: 'nothing' } as const
  return { store, dataset: { ...taken.file, ...named, rows, fields, reading } }
}

const hooks = (given: Partial<ProfileHooks> = {}): ProfileHooks => ({
  ...{ checkpointMs: 0, onProgress: () => undefined, onCheckpoint: () => undefined },
  ...given,
})

test('each attempt goes on where the last checkpoint of the one before was, to the same profile', async (t) => {
  const { store, dataset } = await setUp(t)
  const work = { kind: 'profile', dataset, checkpoint: null } as const
  const expected = await profileDataset({ store }, work, hooks({ checkpointMs: 3_600_000 }))
  let checkpoint: StoredFile | null = null
  let attempts = 0
  const begins: number[] = []
  const attempt = () => {
    let first = true
    return profileDataset(
      { store },
      { ...work, checkpoint },
      hooks({
        onProgress: (share) => {
          if (first) begins.push(share)
          first = false
        },
        onCheckpoint: (kept) => {
          checkpoint = kept
          throw new Error('killed')
        },
      }),
    ).catch((error: Error) => assert.equal(error.message, 'killed'))
  }
  let profile = await attempt()
  for (; profile === undefined; attempts++) profile = await attempt()
  assert.equal(JSON.stringify(profile), JSON.stringify(expected))
  assert.ok(attempts >= 3, `${attempts} attempts`)
  assert.deepEqual(
    begins,
    begins.toSorted((a, b) => a - b),
  )
})

test('a checkpoint that is gone, damaged or of another version costs what it held', async (t) => {
  const { store, dataset } = await setUp(t)
  const work = { kind: 'profile', dataset } as const
  const expected = await profileDataset({ store }, { ...work, checkpoint: null }, hooks())
  const { cid, bytes, sha256 } = dataset
  const checkpoints: StoredFile[] = [
    { cid, bytes, sha256 },
    { ...{ bytes, sha256 }, cid: `${cid.slice(0, -1)}${cid.endsWith('a') ? 'q' : 'a'}` },
  ]
  for (const checkpoint of checkpoints)
    assert.deepEqual(await profileDataset({ store }, { ...work, checkpoint }, hooks()), expected)
})
