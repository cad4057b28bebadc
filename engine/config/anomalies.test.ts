import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'
import { C, type Cases, column, testCases } from './problem-cases.ts'
import type { AnomaliesRequest } from './request-anomalies.ts'
import { type ResolveRequest, resolveConfig } from './resolve.ts'

const table = (rest: string, columns: string, more = '') =>
  `tables:
  - name: t
    ${rest}
    columns: [${columns}]
${more}`

const KEY = '{name: id, type: int, constraints: [PK]}'
const A = '/tables/0/anomalies'

const CASES: Cases = {
  'anomalies of a column that are no object': [
    column('type: int, anomalies: 5'),
    { path: `${C}/anomalies`, message: /is an object/ },
  ],
  'columns of anomalies of a column': [
    column('type: int, anomalies: {columns: [c]}'),
    { path: `${C}/anomalies/columns`, message: /no "columns"/ },
  ],
  'a ratio above 1': [
    column('type: int, anomalies: {ratio: 2}'),
    { path: `${C}/anomalies/ratio`, message: /from 0 to 1/ },
  ],
  'anomalies of a key': [
    column('type: int, constraints: [PK], anomalies: {}'),
    { path: `${C}/anomalies`, message: /keys are never damaged/ },
  ],
  'a typo in a number': [
    column('type: int, anomalies: {kinds: [typo]}'),
    { path: `${C}/anomalies/kinds`, message: /does not allow .* typo/, hint: /type str/ },
  ],
  'a swap of one column': [
    column('type: int, anomalies: {kinds: [swap]}'),
    { path: `${C}/anomalies/kinds`, message: /kind swap/, hint: /on the table/ },
  ],
  'a value that nothing can be done to': [
    column('type: bool, constraints: [not_null], anomalies: {}'),
    { path: `${C}/anomalies`, message: /neither be changed nor be null/ },
  ],
  'a label that is a column': [
    column('type: int, anomalies: {label: c}'),
    { path: `${C}/anomalies/label`, message: /has a column "c" already/ },
  ],
  'a table left to its columns': [
    table('anomalies: {kinds: [outlier]}', `${KEY}, {name: a, type: int, anomalies: {}}`),
    { path: `${A}/kinds`, message: /No column of "t" allows/ },
  ],
  'a list that is a table': [
    table(
      'anomalies: {label_file: true}',
      `${KEY}, {name: a, type: int}`,
      '  - {name: T_Anomalies, columns: [{name: id, type: int}]}',
    ),
    { path: `${A}/label_file`, message: /"t_anomalies"/, hint: /Rename/ },
  ],
  'a key that is a column of the list': [
    table(
      'anomalies: {label_file: true}',
      '{name: kind, type: int, constraints: [PK]}, {name: a, type: int}',
    ),
    { path: `${A}/label_file`, message: /column "kind"/ },
  ],
}

testCases(CASES)

const resolved = (text: string, anomalies?: AnomaliesRequest, more: Partial<ResolveRequest> = {}) =>
  resolveConfig(parseConfig(text).config, { now: 0, ...(anomalies && { anomalies }), ...more })
    .resolved.tables

const PLAIN = `${table('', `${KEY}, {name: a, type: int}`)}
  - {name: keys, columns: [${KEY}]}`

test('a request damages every table that has more than keys, by the defaults', () => {
  const [first, keys] = resolved(PLAIN, { inject: true, ratio: 0.2 })
  assert.deepEqual(
    first,
    resolved(table('anomalies: {ratio: 0.2}', `${KEY}, {name: a, type: int}`))[0],
  )
  assert.equal(keys?.anomalies, undefined)
  assert.equal(resolved(PLAIN, {})[0]?.anomalies?.ratio, 0.01)
  assert.deepEqual(resolved(PLAIN, { inject: false, ratio: 0.2 }), resolved(PLAIN))
})

test('a table that says itself what is damaged keeps it, at the ratio of the request', () => {
  const own = table(
    'anomalies: {ratio: 0.5, kinds: [outlier], label: odd, label_file: true}',
    `${KEY}, {name: a, type: int}, {name: b, type: int, anomalies: {ratio: 0.3}}`,
  )
  const [first, list] = resolved(own, { inject: true, ratio: 0.1 })
  assert.partialDeepStrictEqual(first?.anomalies, { ratio: 0.1, kinds: ['outlier'], label: 'odd' })
  assert.equal(first?.column_anomalies?.[0]?.ratio, 0.3)
  assert.equal(list?.rows, 100)
  const [clean, ...rest] = resolved(own, { inject: false })
  assert.deepEqual([clean?.anomalies, clean?.column_anomalies, rest], [undefined, undefined, []])
  assert.deepEqual(
    clean?.columns.map(({ name }) => name),
    ['id', 'a', 'b'],
  )
  const single = table('', `${KEY}, {name: a, type: int, anomalies: {}}, {name: b, type: int}`)
  assert.deepEqual(resolved(single, { inject: true }), resolved(single))
})

test('a request that nothing can come of is refused', () => {
  const keys = table('', KEY)
  assert.throws(() => resolved(keys, { inject: true }), /all are keys/)
  assert.doesNotThrow(() => resolved(keys, { inject: false }))
  const labelled = table('', `${KEY}, {name: is_anomaly, type: bool}`)
  assert.throws(() => resolved(labelled, { inject: true }), /"is_anomaly" already/)
})

test('a list has the number of rows of its table, also where children decide it', () => {
  const [, , list] = resolved(`
tables:
  - {name: parents, rows: 10, columns: [${KEY}]}
  - name: t
    anomalies: {label_file: true}
    foreign_keys: [{parent_table: parents, parent_column: id, child_column: parent, children: 3}]
    columns: [{name: parent, type: int, constraints: [FK]}, {name: kind, type: str, rule: word}]
`)
  assert.deepEqual([list?.name, list?.rows, list?.anomalies_of], ['t_anomalies', null, 't'])
  assert.deepEqual(
    list?.columns.map(({ name }) => name),
    ['row', 'kind', 'columns', 'original'],
  )
})

test('names of lists are names for the database too', () => {
  const long = table('anomalies: {label_file: true}', `${KEY}, {name: a, type: int}`).replace(
    'name: t\n',
    `name: ${'x'.repeat(60)}\n`,
  )
  assert.doesNotThrow(() => resolved(long))
  assert.throws(
    () => resolved(long, undefined, { format: 'sql' }),
    /too long a name for PostgreSQL/,
  )
})
