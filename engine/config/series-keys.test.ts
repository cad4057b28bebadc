import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valuesOf } from '#engine/testing/bytes.ts'
import { fileOfAnyCut } from '#engine/testing/cuts.ts'
import { resolveText } from '#engine/testing/resolve.ts'
import { parseConfig } from './parse.ts'

const readings = (columns: string, sensors = 3, children = '{type: range, min: 0, max: 40}') => `
tables:
- {name: sensors, rows: ${sensors}, columns: [{name: id, type: int, constraints: [PK]}]}
- name: readings
  columns:
  - {name: sensor, type: int, constraints: [PK, FK]}
${columns.replaceAll(/^/gm, '  ')}
  foreign_keys: [{parent_table: sensors, child_column: sensor, children: ${children}}]
`

const at = (type: string, rule: string) =>
  `- {name: at, type: "${type}", constraints: [PK], rule: {type: series, ${rule}}}`

test('a key of a parent and a series holds at a million rows', () => {
  const config = resolveText(readings(at('datetime', 'step: 1 minute'), 1_000, '1000'))
  const sensors = valuesOf(config, 'readings', 'sensor') as number[]
  const times = valuesOf(config, 'readings', 'at') as string[]
  assert.equal(times.length, 1_000_000)
  for (let i = 1; i < times.length; i++) {
    const [last, next] = [sensors[i - 1] as number, sensors[i] as number]
    if (!(last < next || (last === next && (times[i - 1] as string) < (times[i] as string))))
      assert.fail(`row ${i}: ${last} ${times[i - 1]}, ${next} ${times[i]}`)
  }
  assert.equal(config.tables[1]?.unique, undefined)
})

test('steps of every kind that go on keep rows apart, whatever the cuts', () => {
  for (const series of [
    at('int', 'step: -3'),
    at('date', 'step: 2 days'),
    at('float', 'step: 0.001'),
    at('decimal(9,3)', 'step: 0.001'),
    at('datetime', 'step: {type: range, min: 1, max: 9}, unit: minute'),
    at('float', 'step: {type: range, min: 0.01, max: 2, decimals: 2}'),
  ]) {
    const config = resolveText(readings(series, 40))
    const rows = fileOfAnyCut(config, 'readings').split('\n')
    assert.ok(rows.length > 100)
    assert.equal(new Set(rows).size, rows.length)
  }
})

test('series that may stand still, come round or belong to others are refused', () => {
  for (const series of [
    at('int', 'step: 0'),
    at('time', 'step: 1 minute'),
    at('datetime', 'step: 0 minutes'),
    at('decimal(9,2)', 'step: 0.001'),
    at('float', 'step: {type: range, min: 0.001, max: 2, decimals: 3}'),
    at('datetime', 'step: {type: range, min: 0, max: 9}, unit: minute'),
    at('datetime', 'step: {type: exponential, mean: 5}, unit: minute'),
    at('datetime', 'step: 1 minute, per: 10'),
  ]) {
    const [problem] = parseConfig(readings(series)).problems
    assert.match(problem?.message ?? '', /series of "at" cannot be kept from repeating/, series)
    assert.match(problem?.hint ?? '', /step/)
  }
})

test('a unique series steps on along the whole table', () => {
  const unique = (rule: string) =>
    parseConfig(
      `{fields: [{name: at, type: datetime, constraints: [unique], rule: {type: series, ${rule}}}]}`,
    ).problems.length
  assert.deepEqual(
    ['step: 1 day', 'step: {type: range, min: 1, max: 5}', 'step: 0 days', 'per: 5'].map(unique),
    [0, 0, 1, 1],
  )
})
