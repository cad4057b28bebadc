import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'
import { columns } from './problem-cases.ts'

test('line and column are those of the key in the text, in YAML and in JSON', () => {
  const yaml = 'tables:\n  - name: t\n    columns:\n      - name: a\n        type: intt\n'
  assert.deepEqual(
    parseConfig(yaml).problems.map(({ line, column: at }) => [line, at]),
    [[5, 9]],
  )
  const json = '{"tables": [\n {"name": "t", "columns": [\n  {"name": "a", "type": "intt"}]}]}'
  assert.deepEqual(
    parseConfig(json).problems.map(({ line, column: at }) => [line, at]),
    [[3, 17]],
  )
})

test('every problem is reported at once, and what can be read does not hide behind what cannot', () => {
  const { problems } = parseConfig(
    columns(
      '{name: a, type: intt}',
      '{name: b, type: int, rule: rang}',
      '{name: c, type: int, rule: {type: expression, value: "a + b"}}',
      '{name: d, type: int, rule: {type: range, min: 5, max: 1, stp: 2}}',
    ),
  )
  assert.deepEqual(
    problems.map(({ path }) => path),
    [
      '/tables/0/columns/0/type',
      '/tables/0/columns/1/rule',
      '/tables/0/columns/3/rule/stp',
      '/tables/0/columns/3/rule/min',
    ],
  )
})

test('the number of problems is bounded', () => {
  const list = Array.from({ length: 1000 }, () => ({ name: 'a', type: 'nothing' }))
  assert.ok(parseConfig({ tables: [{ name: 't', columns: list }] }).problems.length <= 200)
})
