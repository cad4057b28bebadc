import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, OLDEST_SERVED, PROTOCOL, versionOf, versionText } from './protocol.ts'

test('who says nothing speaks what was spoken before anybody said it', () => {
  assert.equal(versionText(versionOf(undefined)), '1.0')
  assert.equal(versionText(versionOf({ major: 2, minor: 3 })), '2.3')
})

test('every minor from the oldest on is served, older and newer majors are told apart', () => {
  const { major, minor } = PROTOCOL
  for (const served of [PROTOCOL, OLDEST_SERVED, { major, minor: minor + 5 }])
    assert.equal(judge(served), 'served')
  assert.equal(judge({ major: major - 1, minor: 99 }), 'outdated')
  assert.equal(judge({ major: major + 1, minor: 0 }), 'too new')
})
