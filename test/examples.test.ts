// The programs among the examples, run as their pages say.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What it prints, and the folder that it takes for the temporary one. */
async function runExample(t: TestContext, name: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'syndata-example-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const example = fileURLToPath(new URL(`../examples/${name}`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [example], {
    env: { ...process.env, TMPDIR: folder },
  })
  return { stdout, folder }
}

test('examples/library.ts shows tables and rows, and writes a file', async (t) => {
  const { stdout, folder } = await runExample(t, 'library.ts')
  assert.match(stdout, /^customers: \d+ rows of customer_id, /m)
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('100')).length, 3)
  const lines = (await readFile(path.join(folder, 'customers.csv'), 'utf8')).split('\n')
  assert.match(stdout, new RegExp(`^${lines.length - 2} customers in `, 'm'))
})

test('examples/learn-adult/learn.ts learns a table, draws from it and judges what it drew', async (t) => {
  const { stdout, folder } = await runExample(t, 'learn-adult/learn.ts')
  const files = await readdir(path.join(folder, 'learn-adult'))
  assert.deepEqual(files.sort(), ['adult.model', 'profile.html', 'report.html', 'synthetic.csv'])
  const [, columns, pairs] = /^columns (\S+), pairs (\S+) \(1 is best\)$/m.exec(stdout) ?? []
  assert.ok(Number(columns) > 0.95 && Number(pairs) > 0.8, stdout)
})
