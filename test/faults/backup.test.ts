// An installation is saved while it works, destroyed, and made again elsewhere out of its backup.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { claimFolder } from '#deploy/nodeops/targets/local/folder.ts'
import { ROOT } from '#scripts/stack/tools.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { restOf } from '#test/support/rest.ts'
import { testStack } from '#test/support/stack.ts'

const run = promisify(execFile)
const SMALL = { rows: 10_000 }
const LARGE = { rows: 4_000_000 }
const ENV = { ...process.env, SYNDATA_BACKUP_PASSPHRASE: 'a long enough passphrase' }

const script = (name: string, args: string[]) =>
  run(process.execPath, [join(ROOT, 'scripts', name), ...args], { env: ENV })

test('an installation that is lost in the middle of a job is restored from its backup', async (t) => {
  const backup = await mkdtemp(join(tmpdir(), 'syndata-backup-'))
  t.after(() => rm(backup, { recursive: true, force: true }))
  const dataDir = await mkdtemp(join(tmpdir(), 'syndata-restored-'))

  const lost = await testStack(t, { workers: 2 })
  const finished = await lost.submit(PEOPLE, SMALL)
  const file = await download(lost.stack, await lost.assertWhole(finished, PEOPLE, SMALL))
  const { body } = await restOf(lost.stack)('POST', '/api/keys', { name: 'mine' })
  const key = String(body['api_key'])
  const underWay = await lost.submit(PEOPLE, LARGE)
  await lost.untilShare(underWay, 0.2)
  const saving = ['--data-dir', lost.stack.dataDir, '--to', backup, '--parts', 'copy']
  await script('backup.ts', saving)
  assert.equal((await lost.api.job(underWay)).status, 'generating', 'it was saved on the way')
  const before = (await lost.api.job(underWay)).chunks_completed
  lost.stack.killNow()
  await lost.stack.stop()
  await rm(lost.stack.dataDir, { recursive: true })

  await script('restore.ts', ['--from', backup, '--data-dir', dataDir])
  assert.doesNotThrow(() => claimFolder(dataDir), 'a deployment by nodeops may go on with it')
  const found = await testStack(t, { workers: 2, dataDir })
  await found.assertWhole(finished, PEOPLE, SMALL)
  await found.assertWhole(underWay, PEOPLE, LARGE)
  assert.ok(before > 0)
  assert.equal(await download(found.stack, await found.api.job(finished)), file)
  const mine = await fetch(`${found.stack.rest_url}/api/jobs/${finished}`, {
    headers: { 'x-api-key': key },
  })
  assert.equal(mine.status, 200, 'keys open what they opened')
  assert.equal(found.stack.admin.api_key, lost.stack.admin.api_key)
  await assert.rejects(script('restore.ts', ['--from', backup, '--data-dir', dataDir]), {
    code: 1,
    stderr: /is not empty/,
  })
  assert.ok((await readdir(dataDir)).includes('stack.json'), 'and nothing was touched')
})

type Place = { rest_url: string; admin: { api_key: string } }

/** SHA-256 of the job's file. */
async function download(
  { rest_url, admin }: Place,
  { job_id }: { job_id: string },
): Promise<string> {
  const response = await fetch(`${rest_url}/api/jobs/${job_id}/download`, {
    headers: { 'x-api-key': admin.api_key },
  })
  assert.equal(response.status, 200)
  return createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex')
}
