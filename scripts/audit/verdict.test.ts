import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ROOT } from '#scripts/stack/tools.ts'
import { verdictOf } from './verdict.ts'

test('what is grave is refused by name, what is not passes', () => {
  const report = (severity: string) =>
    JSON.stringify({ vulnerabilities: { leftover: { severity, fixAvailable: true } } })
  assert.deepEqual(verdictOf(report('critical')), {
    kind: 'refused',
    text: 'leftover (critical)',
  })
  assert.equal(verdictOf(report('moderate')).kind, 'clean')
  assert.equal(verdictOf('{"vulnerabilities":{}}').kind, 'clean')
})

test('a registry that has no advisories, or none at all, decides nothing', () => {
  assert.deepEqual(verdictOf('{"message":"405 Method Not Allowed"}'), {
    kind: 'unknown',
    text: '405 Method Not Allowed',
  })
  for (const answer of ['', 'null', 'offline']) assert.equal(verdictOf(answer).kind, 'unknown')
})

test('who calls it knows by the exit code whether anybody looked', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-audit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const audited = (answer: string) => {
    const npm = `#!/bin/sh\ncase $1 in sbom) echo '{"components":[]}';; *) echo '${answer}';; esac\n`
    writeFileSync(path.join(folder, 'npm'), npm)
    chmodSync(path.join(folder, 'npm'), 0o755)
    const script = path.join(ROOT, 'scripts/audit.ts')
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` }
    const { status, stdout } = spawnSync(process.execPath, [script, path.join(folder, 'sbom')], {
      env,
      encoding: 'utf8',
    })
    return { status, last: stdout.trim().split('\n').at(-1) ?? '' }
  }
  assert.equal(audited('{"vulnerabilities":{}}').status, 0)
  assert.equal(audited('{"vulnerabilities":{"a":{"severity":"high"}}}').status, 1)
  const { status, last } = audited('{"message":"no network"}')
  assert.equal(status, 3)
  assert.match(last, /^NOT AUDITED, .*: no network$/)
})
