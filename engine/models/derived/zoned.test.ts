import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withRows, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { createUtcOf, offsetAt, zoneOffsets } from '#engine/data/zones.ts'
import { Output } from '#engine/formats/output.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { planConfig } from '#engine/plan.ts'
import type { Column, Table } from '#engine/table/table.ts'
import { parseCsv } from '#engine/testing/bytes.ts'
import { officeTable } from '#engine/testing/office.ts'
import { learnedConfig } from '../learned-config.ts'
import { openModel } from '../model.ts'
import { decodeModelFile, encodeModelFile } from '../model-file.ts'
import { trainModel } from '../train.ts'
import { weekdayOf } from './calendar-parts.ts'
import { localEndsIn, localIn } from './zoned.ts'

const ROWS = 3000
const ZONE = 'Europe/Berlin'
const office = officeTable(ROWS)
const SPAN = [1_600_000_000, 1_700_000_000] as const
const utc = createUtcOf(zoneOffsets(ZONE, ...SPAN))

/** Office hours by the clocks of the zone. */
const table: Table = {
  ...office,
  columns: office.columns.flatMap((column): Column[] => {
    const { name } = column.field
    if (column.kind !== 'number' || (name !== 'opened' && name !== 'closed'))
      return name === 'channel' ? [column] : []
    return [{ ...column, field: { ...column.field, zone: ZONE }, values: column.values.map(utc) }]
  }),
}
const file = await trainModel(
  table,
  { algorithm: 'gaussian_copula', seed: 3, options: {}, ruleFor: () => ({ type: 'word' }) },
  { signal: new AbortController().signal },
)

async function rowsOf(request: { rows: number; conditions?: unknown; chunkRows?: number }) {
  const model = openModel(file)
  const { resolved } = learnedConfig(model, { seed: 1, now: 0, ...request })
  const models = new Map([[model.digest, model]])
  const [made] = compile(resolved, planConfig(resolved), { models }).tables
  assert.ok(made)
  const parts: string[] = []
  for (let chunk = 0; chunk < made.chunks; chunk++) {
    const [from, out] = [chunk * made.chunkRows, new Output(2 ** 24)]
    const to = Math.min(from + made.chunkRows, made.rows)
    await withRows(made, { from, to }, () => writeChunk(made, chunk, out))
    parts.push(Buffer.from(out.bytes()).toString())
  }
  const [, ...rows] = parseCsv(parts.join(''))
  return rows.map((row) => row.map((cell) => cell ?? ''))
}

test('moments of a zone have the hours of its clocks, and are written in its offsets', async () => {
  const rows = await rowsOf({ rows: 4000 })
  const offsets = zoneOffsets(ZONE, ...SPAN)
  const seen = new Set<string>()
  for (const [opened = '', closed = ''] of rows) {
    assert.match(opened, /^\d{4}-\d\d-\d\dT(0[89]|1[0-7]):\d\d:00\+0[12]:00$/)
    const moment = Date.parse(opened) / 1000
    assert.equal(offsetAt(offsets, moment), 3600 * Number(opened.slice(-5, -3)))
    assert.ok(
      weekdayOf(Math.floor(Date.parse(`${opened.slice(0, 19)}Z`) / 1000 / SECONDS_PER_DAY)) < 5,
    )
    if (closed !== '') assert.ok(Date.parse(closed) >= Date.parse(opened))
    seen.add(opened.slice(-6))
  }
  assert.deepEqual(seen, new Set(['+01:00', '+02:00']))
  assert.deepEqual(await rowsOf({ rows: 4000, chunkRows: 1700 }), rows)
})

test('conditions on them are by its clocks where they say nothing else', async () => {
  const range = { min: '2022-07-04T09:00:00', max: '2022-07-04T09:20:00' }
  for (const name of ['opened', 'closed']) {
    const rows = await rowsOf({ rows: 300, conditions: { [name]: range } })
    for (const row of rows)
      assert.match(row[name === 'opened' ? 0 : 1] ?? '', /^2022-07-04T09:(0\d|1\d|20):\d\d\+02:00$/)
    assert.equal(rows.length, 300)
  }
})

test('what clocks may show between two moments has all of what they show', () => {
  const ends = { min: SPAN[0], max: SPAN[1] }
  const [local, around] = [localIn(ZONE, ends), localEndsIn(ZONE, ends)]
  const change = 1_635_642_000
  for (let minutes = -200; minutes < 200; minutes += 7)
    for (const length of [60, 3000, 9000]) {
      const range = { min: change + 60 * minutes, max: change + 60 * minutes + length }
      const shown = around(range)
      for (let moment = range.min; moment <= range.max; moment += 60)
        assert.ok(local(moment) >= shown.min && local(moment) <= shown.max)
    }
  const quiet = { min: 1_650_000_000, max: 1_650_000_060 }
  assert.deepEqual(around(quiet), { min: quiet.min + 7200, max: quiet.max + 7200 })
})

test('a file with a zone that is none is refused', () => {
  const model = decodeModelFile(file)
  const derived = model.derived.map((one) =>
    one.from.type === 'zoned' ? { ...one, from: { ...one.from, zone: 'Europe/Nowhere' } } : one,
  )
  assert.notDeepEqual(derived, model.derived)
  const changed = encodeModelFile({ ...model, derived: derived as typeof model.derived })
  assert.throws(() => openModel(changed), { code: 'invalid_request' })
})
