import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunked } from '#engine/testing/uploads.ts'
import { readRecords } from './read-records.ts'

const CSV = { delimiter: ',', quote: '"', escape: '"', header: true, trim: false } as const

async function cellsOf(file: string, size: number, quotedEmpty: 'text' | 'null') {
  const form = { format: 'csv', csv: { ...CSV, quotedEmpty } } as const
  const { batches } = await readRecords(chunked(file, size), { form })
  const found: unknown[][] = [[], [], []]
  for await (const { cells } of batches)
    for (const [c, column] of cells.entries()) found[c]?.push(...column)
  return found
}

test('rows are read as the parser reads them, wherever one comes that only it can read', async () => {
  const plain = fc.constantFrom('', '1', 'x y', 'ä', '-3.5', ' ', "it's", '\\')
  const quoted = fc.constantFrom(
    '"a, b"',
    '""',
    '"two\nlines"',
    '"say ""no"""',
    '"\r\n\nü"',
    '""""',
  )
  const odd = fc.constantFrom('5" pipe', 'x""', 'a\rb')
  const cell = fc.oneof(
    { weight: 8, arbitrary: plain },
    { weight: 8, arbitrary: quoted },
    { weight: 1, arbitrary: odd },
  )
  const line = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','))
  const end = fc.constantFrom('\n', '\r\n', '\n\n')
  const body = fc.array(
    fc.tuple(line, end).map((both) => both.join('')),
    { maxLength: 30 },
  )
  const empty = fc.constantFrom('text' as const, 'null' as const)
  const size = fc.integer({ min: 1, max: 40 })
  const same = fc.asyncProperty(body, size, empty, async (lines, bytes, quotedEmpty) => {
    const rows = lines.join('')
    const outcome = (header: string) =>
      cellsOf(`${header}\n${rows}`, bytes, quotedEmpty).catch((error: Error) => error.message)
    // The parser reads all of a file that has a quote within its first cell.
    assert.deepEqual(await outcome('a,b,c'), await outcome('a"x,b,c'))
  })
  await fc.assert(same, { numRuns: 200 })
})
