// Files larger than memory are read: a process with little of it, and a file that would not fit.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

/** Megabytes; the rows below are more, and many times more as cells. */
const HEAP_MB = 48
const FILE_MB = 40

const PROGRAM = `
  import { inferFields } from '#engine/ingest/infer-fields.ts'
  import { readRecords } from '#engine/ingest/read-records.ts'
  import { readTable } from '#engine/ingest/read-table.ts'
  const line = (row) => row + ',' + (row * 7919) % 10007 + ',some words of row ' + row + ',' + 'abc'[row % 3] + '\\n'
  const block = Array.from({ length: 5000 }, (_, row) => line(row)).join('')
  async function* file() {
    yield Buffer.from('row,number,words,kind\\n')
    for (let mb = 0; mb < ${FILE_MB}; mb += block.length / 2 ** 20) yield Buffer.from(block)
  }
  const found = await inferFields(await readRecords(file()))
  const fields = found.columns.map(({ field }) => field)
  const table = await readTable(file(), fields, { form: found.form, maxRows: 1000 })
  console.log(JSON.stringify({ rows: found.rows, sampled: table.rows }))
`

test('rows stream through a heap that holds few of them', async () => {
  const options = [`--max-old-space-size=${HEAP_MB}`, '--input-type=module', '--eval', PROGRAM]
  const { stdout } = await promisify(execFile)(process.execPath, options, {
    cwd: new URL('../..', import.meta.url),
  })
  const { rows, sampled } = JSON.parse(stdout) as { rows: number; sampled: number }
  assert.ok(rows > 900_000, String(rows))
  assert.equal(sampled, 1000)
})
