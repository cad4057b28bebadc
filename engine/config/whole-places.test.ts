import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkPlaces,
  child,
  column,
  KEY,
  problemsOf,
  table,
} from '#engine/testing/problem-places.ts'

const TWO =
  '{name: a, type: int, rule: {type: range, min: 1, max: 5}}\n{name: b, type: int, rule: {type: range, min: 1, max: 5}}'

checkPlaces([
  // Keys and relations.
  [child('@@7', '{name: id, type: int}'), /foreign key is an object/],
  [child('{@@parent_table: q, child_column: id}', '{name: id, type: int}'), /q/],
  [child('{parent_table: p, @@child_column: nix}', '{name: id, type: int}'), /no column "nix"/],
  [child('{parent_table: p, @@child_columns: nix}', '{name: id, type: int}'), /no column "nix"/],
  [
    child(
      '{parent_table: p, parent_columns: [id, @@nix], child_columns: [a, b]}',
      '{name: a, type: int}\n{name: b, type: int}',
    ),
    /no column "nix"/,
  ],
  [
    child('{parent_table: p, @@parent_column: id, parent_columns: [id]}', '{name: id, type: int}'),
    /the same/,
  ],
  [child('{parent_table: p, child_column: a}', '{name: a, @@type: str}'), /str/],
  [
    child('{parent_table: p, child_column: a, @@children: x}', '{name: a, type: int}'),
    /children is/,
  ],
  [
    child('{parent_table: p, child_column: a, children: {@@type: x}}', '{name: a, type: int}'),
    /no type of children/,
  ],
  [
    child(
      '{parent_table: p, child_column: a, children: {type: range, @@min: 5, max: 1}}',
      '{name: a, type: int}',
    ),
    /min/,
  ],
  [
    child('{parent_table: p, child_column: a, children: 2}', '{name: a, type: int}').replace(
      '  - name: k\n',
      '  - name: k\n    @@rows: 5\n',
    ),
    /rows/i,
  ],
  [
    child('{parent_table: k, child_column: up, @@tree: 5}', `${KEY}\n{name: up, type: int}`),
    /tree is an object/,
  ],
  [
    child(
      '{parent_table: k, child_column: up, tree: {depth: 3}, @@children: 2}',
      `${KEY}\n{name: up, type: int}`,
    ),
    /children|itself/,
  ],
  [table(`${KEY}\n@@{name: b, type: int, constraints: [FK]}`), /Nothing says/],
  [
    `tables:\n  - name: a\n    @@foreign_keys: [{parent_table: b, child_column: y}]\n    columns: [${KEY}, {name: y, type: int}]\n  - name: b\n    foreign_keys: [{parent_table: a, child_column: x}]\n    columns: [${KEY}, {name: x, type: int}]\n`,
    /circle/,
  ],
  // Constraints.
  [table(KEY, '@@constraints: 5'), /constraints is a list/],
  [table(KEY, 'constraints: [@@{what: 1}]'), /is a check/],
  [table('{name: a, type: int}', 'constraints: [{@@check: "a < "}]'), /./],
  [table('{name: a, type: int}', 'constraints: [{@@check: "a < nix"}]'), /nix/],
  [table('{name: a, type: int}\n{name: b, type: str}', 'constraints: [@@{sorted: [a, b]}]'), /str/],
  [
    table(
      '{name: a, type: str}\n{name: b, type: str}',
      'constraints: [{fixed: [a, b], values: [[x, y], @@[z]]}]',
    ),
    /values|combination/,
  ],
  [
    table(
      '{name: a, type: int}\n{name: b, type: str}',
      'constraints: [{fixed: [a, b], values: [[@@x, y]]}]',
    ),
    /x/,
  ],
  [
    table(
      '{name: a, type: int}\n{name: b, type: int}',
      'constraints: [{fixed: [a, b], values: [[1, 2]], @@weights: [1, 2]}]',
    ),
    /weight/,
  ],
  // What only the whole shows.
  [
    table(
      '{name: c, type: int, constraints: [unique], rule: {type: range, min: 1, max: 9}}',
      '@@rows: 100',
    ),
    /cannot have 100 rows/,
  ],
  [
    child(
      '{parent_table: p, child_column: a, @@children: 5}',
      '{name: a, type: int}\n{name: c, type: int, constraints: [unique], rule: {type: range, min: 1, max: 9}}',
    ),
    /cannot have/,
  ],
  [
    child('@@{parent_table: p, child_column: a}', '{name: a, type: int}').replace(
      'name: p\n',
      'name: p\n    rows: 0\n',
    ),
    /no rows to refer to/,
  ],
  [
    table(
      '{name: a, type: int, rule: {type: range, min: 9, max: 10}}\n{name: b, type: int, rule: {type: range, min: 1, max: 5}}',
      'constraints: [{@@check: "a < b"}]',
    ),
    /leaves no value/,
  ],
  [
    table(
      '{name: a, type: int, rule: {type: range, min: 1, max: 5}}',
      'constraints: [{@@check: "a > 7"}]',
    ),
    /leaves no value/,
  ],
  [
    table(
      '{name: a, type: int, rule: {type: range, min: 1, max: 5}}\n{name: b, type: int, rule: {type: range, min: 1, max: 5}}',
      'constraints: [{sum: [a, b], @@equals: 50}]',
    ),
    /add up to/,
  ],
  [
    table('{name: c, type: str, constraints: [unique], @@max_length: 3, rule: full_name}'),
    /long|length|character/,
  ],
  [
    table('{name: c, type: str, constraints: {unique: true, @@max_length: 3}, rule: full_name}'),
    /long|length|character/,
  ],
  [
    table(`${KEY}\n{name: a, type: int}`, '@@rows: 3')
      .replace('name: t', 'name: manifest')
      .replace('@@', '')
      .replace('name: manifest', '@@name: manifest'),
    /name of another file/,
    { format: 'json' },
  ],
  [
    `tables:\n  - table_name: t\n    columns:\n      - {@@name: ctid, type: int}\noutput: {format: sql}\n`,
    /own/,
  ],
  [
    `tables:\n  - @@table_name: sqlite_x\n    columns: [${KEY}]\noutput: {format: sql, sql: {dialect: sqlite}}\n`,
    /own/,
  ],
  // Outputs.
  [`${column('type: int')}@@output: 5\n`, /output is an object/],
  [`${column('type: int')}@@output_format: xls\n`, /no format/],
  [`${column('type: int')}output: {@@format: xls}\n`, /no format/],
  [`${column('type: int')}output: {csv: {@@delimiter: "ab"}}\n`, /delimiter/],
  [`${column('type: int')}output: {csv: {delimiter: ",", @@quote: ","}}\n`, /the same/],
  [`${column('type: int')}output: {format: sql, sql: {@@dialect: oracle}}\n`, /no dialect/],
  [
    `${column('type: int')}output: {format: sql, sql: {dialect: sqlite, @@mode: copy}}\n`,
    /no COPY/,
  ],
  [`${column('type: int')}output: {format: csv, @@compression: lz4}\n`, /lz4|compression/],
  [
    `${column('type: int')}output: {format: parquet, parquet: {@@compression: lz4}}\n`,
    /lz4|compression/,
  ],
  [table(TWO, 'constraints: [{sum: [a, b], equals: "7"}, @@{sorted: [a, b]}]'), /two constraints/],
  [table(TWO, 'constraints: [@@{sum: [a, nix], equals: "7"}]'), /no column "nix"/],
  [table(TWO, 'constraints: [{sum: [a, b], @@equals: "nix"}]'), /nix/],
  [
    table(
      '{name: a, type: int, constraints: [unique]}\n{name: b, type: int}',
      'constraints: [{@@check: "a < b"}]',
    ),
    /cannot change it/,
  ],
  [
    table(TWO, 'constraints: [{@@check: "a < b"}, {check: "b < a"}]')
      .replace('{@@check: "a', '{check: "a')
      .replace('{check: "b', '{@@check: "b'),
    /./,
  ],
  [
    table('{name: a, type: int, @@nullable: 0.1}\n{name: b, type: int}', 'unique: [[a, b]]'),
    /null/,
  ],
  [
    table(
      '{name: a, type: int}\n{name: b, type: int}\n{name: d, type: int}',
      'unique: [[a, b], @@[b, d]]',
    ),
    /two/,
  ],
  [
    child(
      '{parent_table: p, child_column: a}',
      '{name: a, type: int, @@conditional_rules: [{condition: {column: b, operator: "==", value: 1}, rule: sequence}]}\n{name: b, type: int}',
    ),
    /conditional rules/,
  ],
  [
    child('{parent_table: p, child_column: a}', '{name: a, type: int}', '@@{name: id, type: int}')
      .replace('@@', '')
      .replace('- {parent_table', '- @@{parent_table'),
    /no primary key/,
  ],
  [
    child(
      '{parent_table: p, child_column: a, children: 2}\n      - {parent_table: p, child_column: b, @@children: 2}',
      '{name: a, type: int}\n{name: b, type: int}',
    ),
    /children/,
  ],
  [
    child(
      '{parent_table: k, child_column: up, tree: {}, @@graph: {}}',
      `${KEY}\n{name: up, type: int}`,
    ),
    /tree or a graph/,
  ],
  [
    table(`${KEY}\n{name: a, type: int}`).replace('{name: a', `{@@name: ${'x'.repeat(70)}`) +
      'output: {format: sql}\n',
    /too long/,
  ],
  [
    `${table('{name: A, type: int}\n{@@name: a, type: int}')}output: {format: sql, sql: {dialect: sqlite}}\n`,
    /case|Two columns/,
  ],
  [`${column('type: int')}output: {format: arrow, @@compression: gzip}\n`, /./],
  [`${column('type: int')}output: {csv: {@@line_ending: cr}}\n`, /./],
  [
    child(
      '{parent_table: p, child_column: a, @@children: 3}',
      '{name: a, type: int}\n{name: b, type: int, rule: {type: range, min: 1, max: 2}}',
    ).replace('  - name: k\n', '  - name: k\n    unique: [[a, b]]\n'),
    /children/,
  ],
])

test('what the request says has no place in the text', () => {
  const [problem] = problemsOf(column('type: int'), { dialect: 'sqlite' })
  assert.equal(problem?.path, '/output/dialect')
  assert.equal(problem?.line, undefined)
})
