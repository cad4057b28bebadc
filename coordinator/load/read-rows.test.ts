// Stored CSV read back: whatever the engine writes, cut anywhere, and with a foreign reader's opinion.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { CSV_DEFAULTS } from '#engine/config/read-csv-options.ts'
import { fileOf } from '#engine/testing/bytes.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { readRows, type TextRow } from './read-rows.ts'

const CSV = {
  ...CSV_DEFAULTS,
  null: 'NULL',
  database: 'sqlite',
} as const

async function read(bytes: Buffer, cuts: number[], columns: number): Promise<TextRow[]> {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)]
  async function* pieces() {
    for (const [i, from] of at.entries()) yield bytes.subarray(from, at[i + 1] ?? bytes.length)
  }
  const rows: TextRow[] = []
  for await (const some of readRows(pieces(), { csv: CSV, columns, headed: true }))
    rows.push(...some)
  return rows
}

const hostile = fc.array(fc.constantFrom(...HOSTILE_TEXTS, 'NULL', '日本'), {
  minLength: 1,
  maxLength: 5,
})

test('every row comes back, wherever the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      hostile,
      hostile,
      fc.array(fc.nat(), { maxLength: 12 }),
      async (some, others, cuts) => {
        const config = everyType(['x'], [...some, others.join('')], {
          rows: 12,
          output: { format: 'csv', csv: CSV },
        })
        const table = config.tables[0]
        const file = fileOf(config, table?.name ?? '')
        const rows = await read(Buffer.from(file), cuts, table?.columns.length ?? 0)
        const expected = parse(file, {
          from_line: 2,
          record_delimiter: '\n',
          cast: (value, { quoting }) => (value === 'NULL' && !quoting ? null : value),
        })
        assert.deepEqual(rows, expected)
      },
    ),
    { numRuns: 60 },
  )
})

test('bytes that are no such rows are refused', async () => {
  const refuse = (text: string) =>
    assert.rejects(read(Buffer.from(text), [], 2), (error) => error instanceof Error)
  await refuse('a,b\n1,2')
  await refuse('a,b\n1\n')
  await refuse('a,b\n1,2,3\n')
  await refuse('a,b\n"1"x,2\n')
  await assert.rejects(read(Buffer.from([0x61, 0x2c, 0xff, 0x0a]), [], 2))
})
