// An installation with its parts in a bucket is saved while it works. Machine and bucket are lost; what is left is the
// backup and what the bucket was replicated to.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { openStore } from '#coordinator/storage/open-store.ts'
import type { S3Settings } from '#coordinator/storage/s3-client.ts'
import { ROOT } from '#scripts/stack/tools.ts'
import { findVersityGw, NO_VERSITYGW, startVersityGw } from '#test/contract/versitygw.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { testStack } from '#test/support/stack.ts'

const run = promisify(execFile)
const SMALL = { rows: 10_000 }
const LARGE = { rows: 1_500_000 }

const environmentOf = ({ bucket, endpoint, region, ...keys }: S3Settings) => ({
  SYNDATA_STORE: `s3:${bucket}`,
  S3_ENDPOINT: endpoint,
  S3_REGION: region,
  S3_ACCESS_KEY_ID: keys.accessKeyId,
  S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
})

const script = (name: string, args: string[], place: S3Settings) =>
  run(process.execPath, [join(ROOT, 'scripts', name), ...args], {
    env: {
      ...process.env,
      ...environmentOf(place),
      SYNDATA_BACKUP_PASSPHRASE: 'a long enough passphrase',
    },
  })

test('an installation on a bucket is restored on another one', {
  skip: findVersityGw() === null ? NO_VERSITYGW : false,
}, async (t) => {
  const backup = await mkdtemp(join(tmpdir(), 'syndata-backup-'))
  t.after(() => rm(backup, { recursive: true, force: true }))
  const server = await startVersityGw(t)
  const [bucket, replica] = [await server.bucket(), await server.bucket()]
  const lost = await stackOn(t, bucket)
  const finished = await lost.submit(PEOPLE, SMALL)
  const before = await lost.assertWhole(finished, PEOPLE, SMALL)
  const copy = ['--parts', 'copy', '--data-dir', lost.stack.dataDir, '--to', join(backup, 'copy')]
  await assert.rejects(script('backup.ts', copy, bucket), { stderr: /a bucket is not copied/ })
  const underWay = await lost.submit(PEOPLE, LARGE)
  await lost.untilShare(underWay, 0.2)
  const [to, dataDir] = [join(backup, 'whole'), `${backup}-restored`]
  await script('backup.ts', ['--data-dir', lost.stack.dataDir, '--to', to], bucket)
  const { status, chunks_completed: made } = await lost.api.job(underWay)
  assert.equal(status, 'generating', 'it was saved on the way')
  await replicate(bucket, replica)
  lost.stack.killNow()
  await lost.stack.stop()
  await rm(lost.stack.dataDir, { recursive: true })
  await empty(bucket)

  const restore = ['--from', to, '--data-dir', dataDir]
  await assert.rejects(script('restore.ts', restore, bucket), {
    code: 3,
    stderr: /roots are not whole in the store/,
  })
  await rm(dataDir, { recursive: true })
  const { stdout } = await script('restore.ts', restore, replica)
  assert.match(stdout, new RegExp(`SYNDATA_STORE=s3:${replica.bucket} npm start`))
  const found = await stackOn(t, replica, dataDir)
  const after = await found.assertWhole(finished, PEOPLE, SMALL)
  assert.equal(after.outputs[0]?.sha256, before.outputs[0]?.sha256)
  await found.assertWhole(underWay, PEOPLE, LARGE)
  assert.ok(made > 0)
  const file = await fetch(`${found.stack.ipfs_gateway_url}/ipfs/${after.outputs[0]?.cid}`)
  assert.equal((await file.arrayBuffer()).byteLength, after.outputs[0]?.bytes)
})

const stackOn = (t: TestContext, place: S3Settings, dataDir?: string) => {
  const env = environmentOf(place)
  const where = dataDir === undefined ? {} : { dataDir }
  return testStack(t, { workers: 2, env: { coordinator: env, parts: env }, ...where })
}

/** What an operator's replication does all the while. */
async function replicate(from: S3Settings, to: S3Settings): Promise<void> {
  const [source, target] = [
    await openStore({ kind: 's3', ...from }),
    await openStore({ kind: 's3', ...to }),
  ]
  for await (const { cid } of source.list()) {
    const bytes = await source.get(cid)
    if (bytes) await target.put(cid, bytes)
  }
  await Promise.all([source.close(), target.close()])
}

async function empty(place: S3Settings): Promise<void> {
  const store = await openStore({ kind: 's3', ...place })
  for await (const { cid } of store.list()) await store.delete(cid)
  await store.close()
}
