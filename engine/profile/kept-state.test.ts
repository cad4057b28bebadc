// A profile that is taken up where another process left it is the same, to the last byte.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readBatches } from '#engine/ingest/read-batches.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import type { RandomAccess } from '#engine/ingest/records.ts'
import { openDataset } from '#engine/library.ts'
import { bufferFile } from '#engine/testing/uploads.ts'
import { keptBytes, readKept } from './kept-state.ts'
import { createProfiler, type Profiler } from './profiler.ts'

const ROWS = 3_000
const cellsOf = (i: number): (string | number)[] => [
  70_001 + 7 * i,
  `person${i % 900}@example.com`,
  ((i * 7919) % 10_007) / 100,
  i % 11 === 0 ? '' : ['Bonn', 'Köln', 'Ulm'][(i * i) % 3]!,
  `2024-0${1 + (i % 9)}-1${i % 7}`,
  `some words ${(i * 31) % 57} of a text ${i}`,
]
const NAMES = ['id', 'mail', 'price', 'town', 'day', 'note']
const lines = Array.from({ length: ROWS }, (_, i) => cellsOf(i).join())
const csv = `${NAMES.join()}\n${lines.join('\n')}\n`
/** A quote within a cell is for the parser, from there on. */
const odd = `${NAMES.join()}\n${lines.with(2_200, 'x,a "b" c,1,Ulm,2024-01-11,odd').join('\n')}\n`
const jsonl = lines.map((_, i) => JSON.stringify(zipped(cellsOf(i)))).join('\n')

function zipped(cells: readonly unknown[]): object {
  return Object.fromEntries(NAMES.map((name, at) => [name, cells[at]]))
}

async function generated(output: string): Promise<Buffer> {
  const config = `{seed: 5, rows: ${3 * ROWS}, output: ${output}, tables: [{name: t, columns: [
    {name: no, type: int, rule: sequence}, {name: mail, type: str, rule: email},
    {name: ratio, type: float, rule: {type: normal, mean: 0, stddev: 3}, nullable: 0.2},
    {name: kind, type: str, rule: {type: choice, values: [new, old]}}]}]}`
  return Buffer.concat(await Array.fromAsync((await openDataset(config)).table('t').bytes()))
}

const FILES: readonly [string, () => Buffer | Promise<Buffer>][] = [
  ['csv', () => Buffer.from(csv)],
  ['csv with a mark', () => Buffer.from(`\uFEFF${csv}`)],
  ['csv that says its delimiter', () => Buffer.from(`sep=;\n${csv.replaceAll(',', ';')}`)],
  ['csv without names', () => Buffer.from(`${lines.map((line) => `1,${line}`).join('\r\n')}\r\n`)],
  ['csv with a row for the parser', () => Buffer.from(odd)],
  ['csv in windows-1252', () => Buffer.from(csv, 'latin1')],
  ['csv in gzip', () => gzipSync(csv)],
  ['json lines', () => Buffer.from(jsonl)],
  ['parquet', () => generated('{format: parquet}')],
  ['arrow', () => generated('{format: arrow}')],
]

for (const [what, make] of FILES)
  test(`a profile of ${what} goes on from any batch`, async () => {
    const file = await make()
    const { form, columns } = await inferFields(await readRecords(bufferFile(file)))
    const fields = columns.map(({ field }) => field)
    const options = { name: 'people', seed: 3, pairs: false }
    const shown = (profiler: Profiler) => JSON.stringify(profiler.finish().profile)
    const kept: Buffer[] = []
    const whole = createProfiler(fields, options)
    for await (const batch of readBatches(bufferFile(file), fields, { form })) {
      whole.add(batch)
      const pieces = keptBytes({ place: batch.place, state: whole.state() }, fields.length)
      kept.push(Buffer.concat([...pieces]))
    }
    assert.ok(kept.length > 1, 'batches')
    for (const at of [0, Math.floor(kept.length / 2), kept.length - 1]) {
      const { place, state } = await readKept(bufferFile(kept[at]!))
      const profiler = createProfiler(fields, options, state)
      for await (const batch of readBatches(bufferFile(file), fields, { form, from: place }))
        profiler.add(batch)
      assert.equal(shown(profiler), shown(whole), `from batch ${at}`)
    }
  })

test('plain CSV is read from the place on, and rows past the sample are drawn alike', async () => {
  const rows = 80_000
  const text = Array.from({ length: rows }, (_, i) => `${i},${(i * 7919) % 1_013}`).join('\n')
  const file = Buffer.from(`a,b\n${text}\n`)
  const { form, columns } = await inferFields(await readRecords(bufferFile(file)))
  const fields = columns.map(({ field }) => field)
  const options = { name: 'numbers', seed: 0, pairs: true }
  const whole = createProfiler(fields, options)
  let bytes: Buffer | null = null
  for await (const batch of readBatches(bufferFile(file), fields, { form })) {
    whole.add(batch)
    if (bytes !== null || batch.place.rows < 60_000) continue
    const pieces = keptBytes({ place: batch.place, state: whole.state() }, fields.length)
    bytes = Buffer.concat([...pieces])
  }
  const { place, state } = await readKept(bufferFile(bytes!))
  let least = file.length
  const watched: RandomAccess = {
    byteLength: file.length,
    slice(from, to) {
      least = Math.min(least, from)
      return bufferFile(file).slice(from, to)
    },
  }
  const profiler = createProfiler(fields, options, state)
  for await (const batch of readBatches(watched, fields, { form, from: place })) profiler.add(batch)
  assert.deepEqual(profiler.finish().profile, whole.finish().profile)
  assert.ok(least > file.length / 2, `${least}`)
  await assert.rejects(readKept(bufferFile(bytes!.subarray(0, bytes!.length - 1))), /cut/)
})
