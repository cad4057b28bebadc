import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operator, Rule, Scalar } from '#engine/config/types.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, SEQUENCE, table } from '#engine/testing/configs.ts'

const ROWS = 40_000

test('nulls come at their rate, by condition, and reach dependents', () => {
  const columns = [
    column('a', 'int', SEQUENCE, { nullable: { rate: 0.25 } }),
    column('b', 'int', expression('a * 2')),
    column(
      'c',
      'str',
      { type: 'constant', value: 'x' },
      { nullable: { when: 'a == null or a % 2 == 0' } },
    ),
  ]
  const config = configOf([table('t', ROWS, columns)])
  const [a, b, c] = ['a', 'b', 'c'].map((name) => valuesOf(config, 't', name) as (number | null)[])
  const share = (a?.filter((value) => value === null).length ?? 0) / ROWS
  assert.ok(Math.abs(share - 0.25) < 0.01)
  a?.forEach((value, row) => {
    assert.equal(b?.[row], value === null ? null : value * 2)
    assert.equal(c?.[row], value === null || value % 2 === 0 ? null : 'x')
  })
})

test('conditional rules: the first that matches, else the rule, else null', () => {
  const when = (operator: Operator, value: Scalar | Scalar[]) => ({ column: 'n', operator, value })
  const constant = (value: Scalar): Rule => ({ type: 'constant', value })
  const columns = (rule: Rule | null) => [
    column('n', 'int', SEQUENCE),
    column('x', 'str', rule, {
      conditional_rules: [
        { condition: when('<', 3), rule: constant('low') },
        {
          condition: { any: [when('in', [2, 5]), { not: when('<=', 8) }] },
          rule: constant('some'),
        },
        { condition: { all: [when('between', [6, 7]), when('!=', 6)] }, rule: constant('seven') },
      ],
    }),
  ]
  const values = (rule: Rule | null) => valuesOf(configOf([table('t', 9, columns(rule))]), 't', 'x')
  const rest = (value: Scalar) => [
    'low',
    'low',
    value,
    value,
    'some',
    value,
    'seven',
    value,
    'some',
  ]
  assert.deepEqual(values(constant('else')), rest('else'))
  assert.deepEqual(values(null), rest(null))
})

test('text conditions and conditions on null', () => {
  const names: Scalar[] = ['alpha', 'beta', null]
  const cases: [Operator, Scalar, Scalar[]][] = [
    ['contains', 'ph', [1, 0, 0]],
    ['starts_with', 'be', [0, 1, 0]],
    ['ends_with', 'a', [1, 1, 0]],
    ['matches', '^a.*a$', [1, 0, 0]],
    ['is_null', null, [0, 0, 1]],
    ['is_not_null', null, [1, 1, 0]],
    ['!=', 'alpha', [0, 1, 0]],
  ]
  for (const [operator, value, expected] of cases) {
    const columns = [
      column('s', 'str', { type: 'choice', values: names, weights: null }, { unique: true }),
      column(
        'x',
        'int',
        { type: 'constant', value: 0 },
        {
          conditional_rules: [
            { condition: { column: 's', operator, value }, rule: { type: 'constant', value: 1 } },
          ],
        },
      ),
    ]
    const config = configOf([table('t', 3, columns)])
    const got = new Map(
      valuesOf(config, 't', 's').map((name, row) => [name, valuesOf(config, 't', 'x')[row]]),
    )
    assert.deepEqual(
      names.map((name) => got.get(name)),
      expected,
      operator,
    )
  }
})
