import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'
import { child, columns, foreign, testCases } from './problem-cases.ts'

const FK = '{parent_table: parents, parent_column: id, child_column: pid}'

/** A table t with a key, a column `up` and a foreign key from it to itself. */
const itself = (up: string, rest: string): string =>
  columns('{name: id, type: int, constraints: [PK]}', up) +
  foreign(`{parent_table: t, parent_column: id, child_column: up, ${rest}}`)

testCases({
  'a parent table that is none': [
    child(
      ['{name: pid, type: int}'],
      foreign('{parent_table: parent, parent_column: id, child_column: pid}'),
    ),
    {
      path: '/tables/1/foreign_keys/0/parent_table',
      message: /no table "parent"/,
      hint: /parents/,
    },
  ],
  'a parent column that is none': [
    child(
      ['{name: pid, type: int}'],
      foreign('{parent_table: parents, parent_column: di, child_column: pid}'),
    ),
    { path: '/tables/1/foreign_keys/0/parent_column', message: /no column "di"/, hint: /id/ },
  ],
  'a parent column that is no key': [
    child(
      ['{name: pid, type: str}'],
      foreign('{parent_table: parents, parent_column: label, child_column: pid}'),
    ),
    { path: '/tables/1/foreign_keys/0/parent_column', message: /not a key/, hint: /\[unique\]/ },
  ],
  'a child column that is none': [
    child(['{name: pid, type: int}'], foreign('{parent_table: parents, child_column: pidd}')),
    { path: '/tables/1/foreign_keys/0/child_column', message: /no column "pidd"/, hint: /pid/ },
  ],
  'a foreign key of another type': [
    child(['{name: pid, type: uuid}'], foreign(FK)),
    {
      path: '/tables/1/columns/0/type',
      message: /is uuid, its parent "parents.id" is int/,
      hint: /int/,
    },
  ],
  'a foreign key to nowhere': [
    child(['{name: id, type: int, constraints: [FK]}']),
    { path: '/tables/1/columns/0', message: /Nothing says/, hint: /parent_table: parents/ },
  ],
  'unequal numbers of columns': [
    child(
      ['{name: pid, type: int}'],
      foreign('{parent_table: parents, parent_columns: [id, label], child_columns: [pid]}'),
    ),
    { path: '/tables/1/foreign_keys/0', message: /2 parent columns for 1 child/ },
  ],
  'children beside rows': [
    child(['{name: pid, type: int}'], `    rows: 5\n${foreign(FK.replace('}', ', children: 3}'))}`),
    { path: '/tables/1/rows', message: /children decides/, hint: /Remove rows/ },
  ],
  'children of no law': [
    child(['{name: pid, type: int}'], foreign(FK.replace('}', ', children: {type: levy, s: 2}}'))),
    { path: '/tables/1/foreign_keys/0/children/type', message: /"levy"/, hint: /poisson/ },
  ],
  'children of a law that is wrong': [
    child(['{name: pid, type: int}'], foreign(FK.replace('}', ', children: {type: zipf, s: 99}}'))),
    { path: '/tables/1/foreign_keys/0/children/s', message: /from 0 to 20/ },
  ],
  'children below none': [
    child(
      ['{name: pid, type: int}'],
      foreign(FK.replace('}', ', children: {type: choice, value: [-1, 2]}}')),
    ),
    { path: '/tables/1/foreign_keys/0/children', message: /from -1 to 2/, hint: /min: 0/ },
  ],
  'children without a mean': [
    child(['{name: pid, type: int}'], foreign(FK.replace('}', ', children: {type: poisson}}'))),
    { path: '/tables/1/foreign_keys/0/children', message: /needs mean/, hint: /mean: 3/ },
  ],
  'children of a table that refers to itself': [
    itself('{name: up, type: int}', 'children: 2'),
    { path: '/tables/0/foreign_keys/0/children', message: /itself/, hint: /tree/ },
  ],
  'a tree without roots that may be null': [
    itself('{name: up, type: int, constraints: [not_null]}', 'tree: {depth: 3, roots: 1}'),
    { path: '/tables/0/columns/1/constraints', message: /null there/, hint: /not_null/ },
  ],
  'a tree of one level': [
    itself('{name: up, type: int}', 'tree: {depth: 1}'),
    { path: '/tables/0/foreign_keys/0/tree/depth', message: /depth/, hint: /4/ },
  ],
  'a tree between two tables': [
    child(['{name: pid, type: int}'], foreign(FK.replace('}', ', tree: {depth: 3}}'))),
    { path: '/tables/1/foreign_keys/0/tree', message: /to itself/ },
  ],
  'a parent column that is taken from the parent': [
    itself('{name: up, type: int, rule: {type: reference, with: [up]}}', 'tree: {}'),
    { path: '/tables/0/foreign_keys/0', message: /taken from the parent row/ },
  ],
  'a column that needs itself of the parent row': [
    itself('{name: up, type: int}', 'tree: {}').replace(
      '{name: up, type: int}',
      '{name: up, type: int}\n      - {name: level, type: int, rule: {type: expression, value: "coalesce(parent.level, 0) + 1"}}',
    ),
    { path: '/tables/0/columns/2', message: /level -> level/ },
  ],
  'a part of a key of several columns': [
    `tables:
  - name: a
    columns:
      - {name: x, type: int, constraints: [PK]
        , rule: {type: range, min: 1, max: 99}}
      - {name: y, type: int, constraints: [PK], rule: {type: range, min: 1, max: 99}}
  - name: b
    columns: [{name: x, type: int}]
    foreign_keys: [{parent_table: a, parent_column: x, child_column: x}]
`,
    {
      path: '/tables/1/foreign_keys/0/parent_column',
      message: /only a part of the key x, y/,
      hint: /parent_columns/,
    },
  ],
  'a copied column that is none': [
    child(
      ['{name: pid, type: int, rule: {type: reference, with: [labell]}}'],
      foreign('{parent_table: parents, parent_column: id, child_column: pid}'),
    ),
    { path: '/tables/1/columns/0/rule/with', message: /no column "labell"/, hint: /label/ },
  ],
  'a copied column of another type': [
    child(
      [
        '{name: pid, type: int, rule: {type: reference, with: [label]}}',
        '{name: label, type: int}',
      ],
      foreign('{parent_table: parents, parent_column: id, child_column: pid}'),
    ),
    { path: '/tables/1/columns/1/type', message: /is int, "parents.label" is str/ },
  ],
  'unique columns that are none': [
    child(['{name: a, type: int}'], '    unique: [[a, b]]\n'),
    { path: '/tables/1/unique/0', message: /no column "b"/, hint: /a/ },
  ],
  'unique columns of a rule that has no count': [
    child(
      ['{name: a, type: int}', '{name: b, type: float, rule: {type: normal, mean: 1, stddev: 1}}'],
      '    unique: [[a, b]]\n',
    ),
    { path: '/tables/1/unique/0', message: /normal of "b"/, hint: /range/ },
  ],
  'half of a foreign key among unique columns': [
    `tables:
  - name: a
    columns:
      - {name: x, type: int, constraints: [PK], rule: {type: range, min: 1, max: 99}}
      - {name: y, type: int, constraints: [PK], rule: {type: range, min: 1, max: 99}}
  - name: b
    columns: [{name: x, type: int}, {name: y, type: int}, {name: z, type: int}]
    unique: [[x, z]]
    foreign_keys: [{parent_table: a, child_columns: [x, y]}]
`,
    { path: '/tables/1/unique/0', message: /not the whole of a foreign key/, hint: /x, y/ },
  ],
  'tables in a circle': [
    `tables:
  - name: a
    columns: [{name: id, type: int, constraints: [PK]}, {name: b, type: int}]
    foreign_keys: [{parent_table: b, child_column: b}]
  - name: b
    columns: [{name: id, type: int, constraints: [PK]}, {name: a, type: int}]
    foreign_keys: [{parent_table: a, child_column: a}]
`,
    { path: '/tables/0/foreign_keys', message: /a -> b -> a/ },
  ],
})

test('a parent column of an unknown type is reported for its type alone', () => {
  const source = {
    tables: [
      { name: 'a', columns: [{ name: 'id', type: 'intt', constraints: ['PK'] }] },
      {
        name: 'b',
        columns: [{ name: 'a', type: 'int', constraints: ['FK'] }],
        foreign_keys: [{ parent_table: 'a', child_column: 'a' }],
      },
    ],
  }
  assert.deepEqual(
    parseConfig(source).problems.map(({ path }) => path),
    ['/tables/0/columns/0/type'],
  )
})

test('a composite key may have columns that are unique by themselves', () => {
  const source = `
tables:
  - name: a
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: mail, type: email, constraints: [unique]}
  - name: b
    columns: [{name: id, type: int}, {name: mail, type: str}]
    foreign_keys: [{parent_table: a, parent_columns: [id, mail], child_columns: [id, mail]}]
`
  assert.deepEqual(parseConfig(source).problems, [])
})

test('what a foreign key leaves out is its parent key and the column of the same name', () => {
  const other = '{name: other, type: int, rule: {type: reference, table: parents}}'
  const source = child(['{name: id, type: int}', other], foreign('{parent_table: parents}'))
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  const keys = config.tables[1]?.foreign_keys ?? []
  assert.deepEqual(
    keys.map(({ parent_columns, child_columns }) => [...parent_columns, ...child_columns]),
    [
      ['id', 'id'],
      ['id', 'other'],
    ],
  )
})

test('a foreign key column keeps to its parent, whatever rule it was given', () => {
  const own = '{name: pid, type: int, rule: {type: range, min: 1, max: 9}}'
  const { config, warnings } = parseConfig(child([own], foreign(FK)))
  assert.equal(config.tables[1]?.columns[0]?.rule?.type, 'reference')
  assert.match(warnings.join(), /kids\.pid.*not used/)
})
