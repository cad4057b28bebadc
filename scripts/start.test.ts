import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const START = fileURLToPath(new URL('start.ts', import.meta.url))

test('wrong arguments are said in two lines, with what to do, and nothing starts', () => {
  for (const [given, said] of [
    ['--bogus', /Unknown option '--bogus'/],
    ['now', /Unexpected argument 'now'/],
    ['--workers=many', /--workers many/],
    ['--workers=', /whole number from 0 to 64/],
    ['--port=65536', /whole number from 0 to 65535/],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [START, given], {
      encoding: 'utf8',
    })
    assert.equal(status, 1, given)
    assert.equal(stdout, '')
    assert.match(stderr, said)
    assert.match(stderr, /What to do: .*npm start -- --help/)
    assert.doesNotMatch(stderr, /node:internal|at .*\.ts:/)
  }
})
