import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnType, Rule } from '#engine/config/types.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, range, table } from '#engine/testing/configs.ts'

const DATES: Rule = { type: 'date', min: 20_000, max: 20_365 }

function made(type: ColumnType, value: string): unknown[] {
  const columns = [
    column('n', 'int', range(8, 9)),
    column('d', 'date', DATES),
    column('x', type, expression(value)),
  ]
  return valuesOf(configOf([table('t', 50, columns)]), 't', 'x')
}

test('a computed number that no format can write is an error that names its column', () => {
  for (const [type, value, said] of [
    ['int', 'n ** 20', /column x: \d+ is beyond 2\^53/],
    ['int', '9007199254740991 + n', /beyond 2\^53/],
    ['int', 'round(n ** 40)', /beyond 2\^53/],
    ['str', 'round(n ** 40)', /beyond 2\^53/],
    ['decimal', '(n + 0.5) ** 30', /beyond 2\^53/],
    ['decimal', '9007199254740000 + n', /beyond 2\^53/],
    ['date', 'd + duration(days: n ** 7)', /outside the years 1 to 9999/],
    ['date', 'd - duration(days: 800000)', /outside the years 1 to 9999/],
    ['datetime', 'd - duration(days: 800000)', /outside the years 1 to 9999/],
  ] as const) {
    assert.throws(() => made(type, value), { code: 'generation_failed', message: said }, value)
  }
})

test('what is null or never taken is not out of range, and doubles go further', () => {
  assert.deepEqual([...new Set(made('int', 'if(n > 100, n ** 20, 1)'))], [1])
  assert.deepEqual([...new Set(made('int', 'if(n > 100, n ** 20, null)'))], [null])
  assert.ok(made('float', 'n ** 20').every((value) => Number(value) > 1e18))
  assert.ok(
    made('date', 'd - duration(days: 738000)').every((value) => /^000\d-/.test(String(value))),
  )
})
