import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'
import { C, columns, testCases } from './problem-cases.ts'

const formula = (value: string, type = 'float'): string =>
  columns(
    `{name: c, type: ${type}, rule: {type: expression, value: ${JSON.stringify(value)}}}`,
    '{name: quantity, type: int}',
    '{name: status, type: str}',
    '{name: at, type: datetime}',
  )

const VALUE = `${C}/rule/value`

testCases({
  'an expression that does not parse': [
    formula('quantity *'),
    { path: VALUE, message: /Character/ },
  ],
  'an expression over an unknown column': [
    formula('quantty * 2'),
    {
      path: VALUE,
      message: /^Character 1 of the expression, at "quantty \* 2": no column quantty$/,
      hint: /Did you mean quantity/,
    },
  ],
  'a function that is none': [
    formula('rond(quantity)'),
    { path: VALUE, message: /no function rond/, hint: /Did you mean round/ },
  ],
  'a column of a parent that the table has not': [
    formula('customers.age'),
    { path: VALUE, message: /no foreign key/, hint: /foreign_keys/ },
  ],
  'bounds the wrong way round': [
    formula('1 + range(5, 1)'),
    { path: VALUE, message: /Character \d+.*from 5 down to 1/, hint: /range\(1, 5\)/ },
  ],
  'a distribution without its parameters': [
    formula('normal(mean: 3)'),
    { path: VALUE, message: /needs stddev/, hint: /stddev: 10/ },
  ],
  'text for a uuid column': [
    formula("concat(status, '-')", 'uuid'),
    { path: VALUE, message: /need not be a UUID/, hint: /type: str/ },
  ],
  'an expression of another type': [
    formula("concat(status, 'x')"),
    { path: VALUE, message: /it gives str/ },
  ],
  'types that do not go together': [formula('status * 2'), { path: VALUE, message: /Character/ }],
  'a when that is no condition': [
    columns('{name: c, type: int, nullable: {when: "status"}}', '{name: status, type: str}'),
    { path: `${C}/nullable/when`, message: /bool/ },
  ],
  'an expression inside a condition': [
    columns(
      '{name: c, type: int, conditional_rules: [{condition: {column: b, operator: ">", value: 1}, rule: {type: expression, value: "bb + 1"}}]}',
      '{name: b, type: int}',
    ),
    { path: `${C}/conditional_rules/0/rule/value`, message: /no column bb/ },
  ],
})

test('what the language page writes is right', () => {
  for (const [value, type] of [
    ['at + duration(hours: range(2, 96))', 'datetime'],
    ["if(status == 'a' && quantity > 2, quantity, null)", 'int'],
    ["status in ['a', 'b']", 'bool'],
    ["upper(concat(status, '-', quantity))", 'str'],
    ['round(quantity / 3, 1) ** 2', 'float'],
  ] as const) {
    assert.deepEqual(parseConfig(formula(value, type)).problems, [], value)
  }
})
