import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chunked } from '#engine/testing/uploads.ts'
import { readRecords } from './read-records.ts'

test('lines without quotes are read as the parser reads them, wherever the first quote comes', async () => {
  const cell = fc.oneof(
    fc.constantFrom('', '1', 'x y', 'ä', '-3.5', ' ', "it's", '\\'),
    fc.constantFrom('"a, b"', '""', '"two\nlines"', '"say ""no"""'),
  )
  const line = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','))
  const end = fc.constantFrom('\n', '\r\n', '\n\n')
  const body = fc.array(
    fc.tuple(line, end).map((both) => both.join('')),
    { maxLength: 30 },
  )
  const csv = {
    delimiter: ',',
    quote: '"',
    escape: '"',
    quotedEmpty: 'text',
    header: true,
    trim: false,
  } as const
  const cellsOf = async (file: string, size: number) => {
    const { batches } = await readRecords(chunked(file, size), { form: { format: 'csv', csv } })
    const found: unknown[][] = [[], [], []]
    for await (const { cells } of batches)
      for (const [c, column] of cells.entries()) found[c]?.push(...column)
    return found
  }
  const parsed = fc.asyncProperty(body, fc.integer({ min: 1, max: 40 }), async (lines, size) => {
    const rows = lines.join('')
    assert.deepEqual(await cellsOf(`a,b,c\n${rows}`, size), await cellsOf(`"a",b,c\n${rows}`, size))
  })
  await fc.assert(parsed, { numRuns: 60 })
})
