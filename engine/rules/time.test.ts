import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, table } from '#engine/testing/configs.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'

const clock = (min: number, max: number) => ({ type: 'time', min, max }) as const

test('times of day reach both bounds and are written as hours, minutes and seconds', () => {
  const config = configOf([table('t', 3000, [column('x', 'time', clock(28_795, 28_805))])])
  const values = valuesOf(config, 't', 'x')
  const expected = Array.from({ length: 11 }, (_, k) =>
    k < 5 ? `07:59:${55 + k}` : `08:00:${String(k - 5).padStart(2, '0')}`,
  )
  assert.deepEqual(new Set(values), new Set(expected))
  assert.equal(fileOfAnyCut(config, 't'), `x\n${values.join('\n')}\n`)
  assertRandomAccess(config, 't', 'x')
})

test('a unique time column can hold every second of a day', () => {
  const columns = [column('x', 'time', clock(0, 86_399), { unique: true })]
  assert.equal(new Set(valuesOf(configOf([table('t', 86_400, columns)]), 't', 'x')).size, 86_400)
})

test('times come from literals, expressions and date and time; conditions compare them', () => {
  const columns = [
    column('open', 'time', { type: 'choice', values: ['09:30:00', '10:00:00'], weights: null }),
    column('same', 'time', expression("if(open < '09:45:00', open, '23:00:00')")),
    column('of', 'time', { type: 'datetime', min: 1_767_225_661, max: 1_767_225_661 }),
    column('late', 'str', null, {
      conditional_rules: [
        {
          condition: { column: 'open', operator: '>', value: '09:30:00' },
          rule: { type: 'constant', value: 'late' },
        },
      ],
    }),
  ]
  const config = configOf([table('t', 50, columns)], { format: 'jsonl' })
  const lines = fileOfAnyCut(config, 't').trim().split('\n')
  assert.deepEqual(
    new Set(lines),
    new Set([
      '{"open":"09:30:00","same":"09:30:00","of":"00:01:01","late":null}',
      '{"open":"10:00:00","same":"23:00:00","of":"00:01:01","late":"late"}',
    ]),
  )
  const wrong = configOf([table('t', 1, [column('x', 'time', expression("'noon'"))])])
  assert.throws(() => valuesOf(wrong, 't', 'x'), { code: 'generation_failed' })
})

test('bounds are read with and without seconds, and mistakes are named', () => {
  const read = (rule: string) =>
    parseConfig(
      `{seed: 1, tables: [{name: t, rows: 9, columns: [{name: x, type: time, rule: ${rule}}]}]}`,
    )
  const { config, problems } = read('{type: range, min: "08:30", max: "08:30:02"}')
  assert.deepEqual(problems, [])
  const { resolved } = resolveConfig(config, { now: 0 })
  assert.deepEqual(resolved.tables[0]?.columns[0]?.rule, clock(30_600, 30_602))
  const messages = (rule: string) => read(rule).problems.map(({ message }) => message)
  assert.deepEqual(messages('{type: time, min: "25:00"}'), ['"25:00" is not a time of day'])
  assert.deepEqual(messages('{type: time, min: "12:00", max: "11:00"}'), [
    'min 12:00:00 is later than max 11:00:00',
  ])
  assert.deepEqual(messages('{type: range, min: 1, max: "11:00", step: 2}'), [
    'step is for numbers',
    '"1" is not a time of day',
  ])
})
