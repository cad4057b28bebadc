import assert from 'node:assert/strict'
import { test } from 'node:test'
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
