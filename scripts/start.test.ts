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

test('a setting that nothing reads is told, and a data folder that is none', () => {
  const env = { ...process.env, SYNDATA_THRAEDS: '2' }
  const options = { encoding: 'utf8', env } as const
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [START, '--data-dir', START],
    options,
  )
  assert.equal(status, 1)
  assert.match(stdout, /warning: nothing reads SYNDATA_THRAEDS: did you mean SYNDATA_THREADS\?/)
  assert.match(stderr, /start\.ts'\nWhat to do: .*--data-dir names another\.\n$/)
})
