// The example of the library, run as its page says.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

test('examples/library.ts shows tables and rows, and writes a file', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'syndata-library-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const example = fileURLToPath(new URL('../examples/library.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [example], {
    env: { ...process.env, TMPDIR: folder },
  })
  assert.match(stdout, /^customers: \d+ rows of customer_id, /m)
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('100')).length, 3)
  const lines = (await readFile(path.join(folder, 'customers.csv'), 'utf8')).split('\n')
  assert.match(stdout, new RegExp(`^${lines.length - 2} customers in `, 'm'))
})
