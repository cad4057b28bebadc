import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readableLine } from './log-line.ts'

test('a line of a program is shown for people, one of another form as it is', () => {
  const time = Date.UTC(2025, 0, 2, 13, 45, 0, 7)
  const line = (more: object) =>
    readableLine(JSON.stringify({ level: 30, time, pid: 1, hostname: 'h', name: 'parts', ...more }))
  assert.equal(line({ url: 'http://a', msg: 'ready' }), '13:45:00.007 info  ready url=http://a')
  assert.equal(
    line({
      level: 50,
      msg: 'a call failed',
      err: { type: 'Error', message: 'no room', stack: '...' },
    }),
    '13:45:00.007 error a call failed err="no room"',
  )
  assert.equal(
    line({ level: 35, n: 1, of: { a: [null] } }),
    '13:45:00.007 35     n=1 of={"a":[null]}',
  )
  for (const other of ['', 'LOG: ready', '{', '{}', '[1]', '{"level":30,"time":"now","msg":"x"}'])
    assert.equal(readableLine(other), other)
})

test('no line breaks it', () => {
  const entries = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ level: fc.nat(), time: fc.double() }),
  )
  fc.assert(
    fc.property(entries, (entry) => {
      assert.equal(
        typeof readableLine(typeof entry === 'string' ? entry : JSON.stringify(entry)),
        'string',
      )
    }),
  )
})
