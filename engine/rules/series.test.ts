import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDatetime } from '#engine/math/calendar.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { problemsOf } from '#engine/testing/problems-of.ts'
import { resolveText } from '#engine/testing/resolve.ts'

/** Readings of sensors, between none and forty each. */
const sensors = (columns: string, children = '{type: range, min: 0, max: 40}') => `
seed: 5
tables:
- {name: sensors, rows: 60, columns: [{name: sensor_id, type: int, constraints: [PK]}]}
- name: readings
  columns:
  - {name: sensor_id, type: int, constraints: [FK]}
${columns.replaceAll(/^/gm, '  ')}
  foreign_keys: [{parent_table: sensors, children: ${children}}]
`

test('a series starts anew with each parent and goes on in steps', () => {
  const config = resolveText(
    sensors(`
- {name: at, type: datetime, rule: {type: series, start: "2025-01-01", step: 5 minutes, per: sensor_id}}
- {name: day, type: date, rule: {type: series, start: "2025-01-30", step: 1 day}}
- {name: clock, type: time, rule: {type: series, start: "23:30", step: 20 minutes}}
- {name: n, type: int, rule: {type: series, start: 10, step: -3}}
- {name: f, type: float, rule: {type: series, start: 0.5, step: 0.125}}
- {name: d, type: decimal, rule: {type: series, start: 1, step: 0.1}}`),
  )
  const rows = fileOfAnyCut(config, 'readings').split('\n').slice(1, -1)
  const ranks = new Map<string, number>()
  for (const row of rows) {
    const [sensor = '', at = '', day = '', clock, n, f, d] = row.split(',')
    const rank = ranks.get(sensor) ?? 0
    ranks.set(sensor, rank + 1)
    assert.equal(Date.parse(at), Date.UTC(2025, 0, 1) + rank * 300_000)
    assert.equal(Date.parse(day), Date.UTC(2025, 0, 30 + rank))
    const minutes = (23 * 60 + 30 + rank * 20) % 1440
    assert.equal(clock, new Date(minutes * 60_000).toISOString().slice(11, 19))
    assert.deepEqual([n, f, d].map(Number), [
      10 - 3 * rank,
      0.5 + rank / 8,
      (100 + rank * 10) / 100,
    ])
  }
  assert.ok(ranks.size > 50 && Math.max(...ranks.values()) === 40)
  assertRandomAccess(config, 'readings', 'at')
})

test('without children a series has so many rows each, or the whole table', () => {
  const config = resolveText(`{seed: 1, tables: [{name: t, rows: 50, columns: [
    {name: a, type: int, rule: {type: series, start: 0, step: 1, per: 7}},
    {name: b, type: datetime, constraints: [PK], rule: {type: series, start: "2025-01-01", step: 1 hour}}]}]}`)
  assert.deepEqual(
    valuesOf(config, 't', 'a'),
    Array.from({ length: 50 }, (_, k) => k % 7),
  )
  assert.equal(valuesOf(config, 't', 'b')[49], '2025-01-03T01:00:00Z')
  fileOfAnyCut(config, 't')
})

test('drawn steps add up in each entity, and so do dwell times of states', () => {
  const config = resolveText(
    sensors(
      `
- {name: status, type: str, rule: {type: state, transitions: {new: paid, paid: sent}, dwell: {type: range, min: 1, max: 5}, unit: hour}}
- {name: at, type: datetime, rule: {type: series, start: "2025-01-01", dwell: status}}
- {name: x, type: float, rule: {type: series, start: 1, step: {type: normal, mean: 2, stddev: 0.5}, decimals: 3}}`,
      '90',
    ),
  )
  fileOfAnyCut(config, 'readings')
  assertRandomAccess(config, 'readings', 'at')
  const at = valuesOf(config, 'readings', 'at').map((text) => parseDatetime(String(text)) ?? 0)
  const hours: number[] = []
  at.forEach((seconds, row) => {
    if (row % 90 === 0) assert.equal(seconds, Date.UTC(2025, 0, 1) / 1000)
    else hours.push((seconds - (at[row - 1] ?? 0)) / 3600)
  })
  assert.ok(hours.every((gap) => gap >= 1 && gap <= 5))
  const mean = hours.reduce((sum, gap) => sum + gap, 0) / hours.length
  assert.ok(Math.abs(mean - 3) < 4.5 * Math.sqrt(16 / 12 / hours.length))
  const numbers = valuesOf(config, 'readings', 'x').map(Number)
  const total = numbers.reduce((sum, x, row) => sum + (row % 90 === 89 ? x - 1 : 0), 0)
  assert.ok(Math.abs(total / (60 * 89) - 2) < 0.05)
})

test('what a series cannot be is named', () => {
  const problems = (rule: string, type = 'datetime') => problemsOf(`type: ${type}, rule: ${rule}`)
  assert.deepEqual(problems('{type: series, start: noon, step: often}'), [
    { path: '/rule/start', message: '"noon" is not a date' },
    { path: '/rule/step', message: '"often" is no span of time' },
  ])
  assert.deepEqual(problems('series'), [])
  assert.deepEqual(problems('{type: series, step: 5 minutes}', 'date'), [
    { path: '/rule/step', message: '"5 minutes" is no span of whole days' },
  ])
  assert.deepEqual(problems('{type: series, step: 1, per: x}', 'int'), [
    { path: '/rule/per', message: 'Rows of one "x" do not stand together' },
  ])
  assert.deepEqual(problems('{type: series, step: {type: sequence}, per: 9}', 'int'), [
    {
      path: '/rule/step',
      message: 'sequence cannot stand here: it looks at other columns or rows',
    },
  ])
  assert.deepEqual(
    problems('{type: series, step: {type: range, min: 1, max: 2}, per: 20000}', 'int'),
    [{ path: '/rule/per', message: 'Drawn steps add up over at most 10000 rows of an entity' }],
  )
  assert.deepEqual(problems('{type: series, dwell: x}', 'int'), [
    { path: '/rule/dwell', message: '"x" has no dwell times' },
  ])
})
