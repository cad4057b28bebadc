import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const run = (entry: string, env: Record<string, string>) =>
  spawnSync(process.execPath, [new URL(entry, import.meta.url).pathname], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })

test('a coordinator without settings says which it lacks, and that a restart will not help', () => {
  const { status, stderr } = run('main.ts', { SYNDATA_HTTP_PORT: 'x', LOG_LEVEL: 'loud' })
  assert.equal(status, 78)
  const lines = stderr.split('\n').map((line) => line.trim())
  for (const line of ['DATABASE_URL is not set', 'TEMPORAL_ADDRESS is not set']) {
    assert.ok(lines.includes(line), stderr)
  }
  assert.match(stderr, /LOG_LEVEL must be one of fatal, .* silent/)
  assert.ok(lines.includes('SYNDATA_HTTP_PORT must be a port, 0 to 65535'), stderr)
  assert.doesNotMatch(stderr, /\bat .*\.ts/)
})

test('half of an administrator, or a key of another form, is said before anything starts', () => {
  const half = run('main.ts', { SYNDATA_ADMIN_EMAIL: 'a@b' }).stderr
  assert.match(half, /SYNDATA_ADMIN_EMAIL, SYNDATA_ADMIN_PASSWORD and SYNDATA_ADMIN_API_KEY/)
  const admin = { SYNDATA_ADMIN_EMAIL: 'a@b', SYNDATA_ADMIN_PASSWORD: 'secret' }
  const wrong = run('main.ts', { ...admin, SYNDATA_ADMIN_API_KEY: 'my-key' }).stderr
  assert.match(wrong, /SYNDATA_ADMIN_API_KEY must be syn_, 8 hex digits, _ and 43 base64url digits/)
  assert.doesNotMatch(wrong, /my-key|secret/)
})
