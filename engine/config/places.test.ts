import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlaces, column, KEY, problemsOf, table } from '#engine/testing/problem-places.ts'

checkPlaces([
  // The document.
  ['@@- 1\n', /object with tables/],
  ['@@seed: 1\n', /needs tables/],
  ['tables: @@{a: 1}\n'.replace('tables: @@', '@@tables: '), /at least one table/],
  [`@@now: soon\n${column('type: int')}`, /no moment/],
  [`@@seed: -1\n${column('type: int')}`, /seed must be/],
  [`@@locale: xx_YY\n${column('type: int')}`, /no locale/],
  [`@@sed: 1\n${column('type: int')}`, /no "sed"/],
  [`@@samples: {t: d}\n${column('type: int')}`, /none here/],
  [`${column('type: int')}@@fields: []\n`, /in place of tables/],
  ['tables:\n  - @@1\n', /table is an object/],
  ['tables:\n  - @@columns: []\n', /needs a name/],
  [`tables:\n  - @@table_name: a/b\n    columns: [${KEY}]\n`, /not usable/],
  [
    `tables:\n  - {name: t, columns: [${KEY}]}\n  - {@@table_name: T, columns: [${KEY}]}\n`,
    /Two tables/,
  ],
  ['tables:\n  - {name: t, @@fields: 3}\n', /needs columns/],
  [table(KEY, '@@rows: many'), /rows must be/],
  [table(KEY, '@@locale: zz'), /no locale/],
  [table(KEY, '@@tree: {}'), /no "tree"/],
  [table('{name: a, type: int}\n{@@name: a, type: int}'), /Two columns/],
  [table(KEY, 'unique: @@3').replace('unique: @@', '@@unique: '), /list of lists/],
  [table(KEY, 'unique: [[id], @@[]]'), /1 to/],
  [table(KEY, 'unique: [@@[nix, id]]'), /no column "nix"/],
  // Columns.
  [table('@@5'), /column is an object/],
  [table('{@@type: int}'.replace('{@@', '@@{')), /needs name/],
  [column('@@type: integr'), /no type/],
  [column('type: int, @@rulle: x'), /no "rulle"/],
  [column('type: int, constraints: [@@uniqe]'), /no constraint/],
  [column('type: str, constraints: [not_null], @@nullable: 0.5'), /cannot be nullable/],
  [column('type: int, @@nullable: lots'), /nullable is/],
  [column('type: int, constraints: {@@min_value: [1]}'), /min_value must be/],
  [column('type: int, constraints: {@@min_value: 5, max_value: 1}'), /min/],
  [column('type: date, constraints: {@@min_value: someday}'), /no date|not a date/],
  [column('type: str, constraints: {@@pattern: "(("}'), /expression/],
  [column('type: int, constraints: {enum: [1, @@x]}'), /x/],
  [column('type: int, @@constraints: {min_value: 1}, rule: sequence'), /beside it/],
  [column('type: str, @@min_length: 9, max_length: 2'), /greater than/],
  [column('type: str, constraints: {@@min_length: 9, max_length: 2}'), /greater than/],
  [column('type: int, @@min_length: 3'), /Lengths are for text/],
  [column('type: date, @@format: "%q"'), /format/],
  [column('type: str, rule: word, @@locale: nowhere'), /no locale/],
  // Conditions.
  [column('type: int, @@conditional_rules: 3'), /is a list/],
  [column('type: int, conditional_rules: [@@1]'), /is an object/],
  [
    column('type: int, conditional_rules: [{@@condition: 1, rule: sequence}]'),
    /condition is an object/,
  ],
  [
    column(
      'type: int, conditional_rules: [{condition: {@@column: x, operator: "==", value: 1}, rule: sequence}]',
    ),
    /no column "x"/,
  ],
  [
    column(
      'type: int, conditional_rules: [{condition: {column: c, @@operator: "~", value: 1}, rule: sequence}]',
    ),
    /no operator/,
  ],
  [
    table(
      '{name: a, type: int}\n{name: c, type: int, conditional_rules: [{condition: {column: a, @@operator: matches, value: x}, rule: sequence}]}',
    ),
    /for text/,
  ],
  [
    table(
      '{name: a, type: int}\n{name: c, type: int, conditional_rules: [{condition: {all: [{column: a, operator: "<", @@value: x}]}, rule: sequence}]}',
    ),
    /x/,
  ],
  // Rules.
  [column('type: int, @@rule: 5'), /rule is a name/],
  [column('type: int, @@rule: rang'), /no rule/],
  [column('type: int, rule: {@@type: rang}'), /no rule/],
  [column('type: int, @@rule: range'), /needs/],
  [column('type: int, rule: @@{type: range, min: 1}').replace('rule: @@', '@@rule: '), /needs max/],
  [column('type: bool, rule: {@@type: range, min: 1, max: 2}'), /does not make/],
  [column('type: int, rule: {type: range, @@min: 5, max: 1}'), /min/],
  [column('type: int, rule: {type: range, @@min: "a b", max: 1}'), /min must be/],
  [column('type: int, rule: {type: range, min: @@a, max: 1}'), /no column a/],
  [column('type: float, rule: {type: normal, mean: 1, @@std: -1}'), /stddev must be/],
  [column('type: float, rule: {type: uniform, @@low: 5, high: 1}'), /min/],
  [column('type: date, rule: {type: date, @@start: someday}'), /not a date/],
  [column('type: str, rule: {type: choice, value: [a], @@weights: [1, 2]}'), /weights/],
  [column('type: str, rule: {type: choice, @@options: 3}'), /value/],
  [column('type: int, rule: {type: choice, value: [1, @@x]}'), /x/],
  [
    column('type: str, rule: {type: regex, value: "ab@@(c"}').replace(
      'value: "ab@@',
      '@@value: "ab',
    ),
    /expression/,
  ],
  [
    column(
      'type: float, rule: {type: mixture, parts: [{weight: 1, rule: {type: normal, mean: 1, @@sigma: -1}}]}',
    ),
    /stddev must be/,
  ],
  [column('type: float, rule: {type: histogram, edges: [1, @@1], counts: [2]}'), /edge/],
  [
    column(
      'type: json, rule: {type: object, fields: [{name: a, type: int, rule: {type: range, @@min: 3, max: 1}}]}',
    ),
    /min/,
  ],
  [column('type: str, rule: {type: template, @@value: "{nix}"}'), /nix/],
  [column('type: str, rule: {type: email, from: [@@nix]}'), /no column "nix"/],
  [column('type: float, rule: {type: walk, start: 1, stddev: 1, @@per: nix}'), /no column "nix"/],
  [
    column('type: str, rule: {type: uuid, @@version: 5}').replace('type: str', 'type: uuid'),
    /version/,
  ],
  [
    column(
      'type: datetime, rule: {type: datetime, min: "2025-01-01", max: "2025-02-01", @@zone: Mars}',
    ),
    /time zone/,
  ],
  [column('type: str, rule: {type: custom, @@plugin: nix, function: f}'), /no plug-in/],
  [column('type: str, rule: {type: custom, @@custom_class: nix, custom_method: f}'), /no plug-in/],
  [
    `plugins: {@@p: "data:application/wasm;base64,AGFzbQAAAAA="}\n${column('type: int, rule: {type: custom, plugin: p, function: g}')}`,
    /cannot be run/,
  ],
  [`@@plugins: 3\n${column('type: int')}`, /plugins are/],
  // Expressions.
  [column('type: int, rule: {type: expression, value: "1 + @@nix"}'), /nix/],
  [column('type: int, rule: {type: expression, value: "@@length(5)"}'), /Character 1|Character 8/],
  [table('{name: a, type: int}\n{name: c, type: int, nullable: {when: "a > @@nix"}}'), /nix/],
  [column('type: int, rule: {type: expression, @@formula: "1 +\\n nix"}'), /nix/],
  [
    table(
      '{name: a, type: int, rule: {type: expression, value: "b"}}\n{name: b, type: int, rule: {type: expression, value: "a"}}',
    ).replace('{name: a', '@@{name: a'),
    /circle/,
  ],
  [
    table(
      '{name: a, type: int, constraints: [unique], @@conditional_rules: [{condition: {column: b, operator: "==", value: 1}, rule: sequence}], rule: sequence}\n{name: b, type: int}',
    ),
    /conditional rules/,
  ],
  [
    table(
      '{name: a, type: int, constraints: [unique], @@rule: {type: normal, mean: 1, stddev: 2}}',
    ),
    /without repeats/,
  ],
  [table('{name: a, type: int, constraints: {unique: true, @@min_value: a}}'), /min must be/],
  [column('type: "@@decimal(3,9)"').replace('type: "@@', '@@type: "'), /not possible/],
  [column('type: "decimal(4,2)", rule: {type: range, min: 1, @@max: 2000}'), /./],
  [
    column('type: str, @@format: upper, constraints: [unique], rule: word').replace(
      'word',
      'email',
    ),
    /letters/,
  ],
  [column('type: str, max_length: 2, rule: {type: choice, @@value: [abc]}'), /./],
  [
    table(
      `${KEY}\n{name: s, type: str, rule: {type: state_machine, transitions: {a: {b: 1}}, @@initial: z}}`,
    ),
    /./,
  ],
  [
    table(
      `${KEY}\n{name: s, type: datetime, rule: {type: series, start: "2025-01-01", @@step: "5 parsecs"}}`,
    ),
    /./,
  ],
  [column('type: json, rule: {type: point, @@box: [1, 2]}').replace('json', 'str'), /./],
  [column('type: str, rule: {type: iban, @@country: ZZ}'), /./],
  [column('type: time, rule: {type: time, @@min: "25:00"}'), /not a time/],
  [column('type: str, rule: {type: ip, @@network: "1.2.3.4/99"}'), /no network/],
  [table(`${KEY}\n{name: a, type: int, rule: {type: reference, @@table: nix}}`), /nix/],
  [table('{name: d, type: date, rule: {type: date, @@last: "90 lunes"}}'), /span/],
  [column('type: str, rule: {type: card_number, @@brand: nix}'), /nix/],
  [column('type: str, rule: {type: sentence, @@min: 9, max: 2}'), /./],
  [column('type: str, nullable: {when: "1 +@@"}'), /./],
])

test('what was written under another name is named by it', () => {
  const [problem] = problemsOf(column('type: float, rule: {type: normal, mean: 1, sigma: -1}'), {})
  assert.equal(problem?.path, '/tables/0/columns/0/rule/sigma')
})
