import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from './compile.ts'
import type { ResolvedConfig, Scalar } from './config/types.ts'
import { planConfig } from './plan.ts'
import { bytesOfFile, fileOf } from './testing/bytes.ts'
import { resolveText } from './testing/resolve.ts'

type Row = Record<string, Scalar>

function rowsOf(config: ResolvedConfig, name: string): Row[] {
  const table = compile(config, planConfig(config)).table(name)
  const names = table.columns.map((column) => column.name)
  return table
    .values(0, table.rows)
    .map((row) => Object.fromEntries(names.map((one, k) => [one, row[k] ?? null])))
}

const config = (table: string, amount = '', town = ''): ResolvedConfig =>
  resolveText(`
tables:
  - {name: owners, rows: 700, columns: [{name: owner, type: uuid, constraints: [PK]}]}
  - name: t
    ${table}
    foreign_keys: [{parent_table: owners, parent_column: owner, child_column: owner, children: {type: poisson, mean: 4}}]
    columns:
      - {name: id, type: uuid, constraints: [PK]}
      - {name: owner, type: uuid, constraints: [FK]}
      - {name: amount, type: decimal, rule: {type: range, min: 10, max: 20}${amount}}
      - {name: level, type: float, rule: {type: walk, start: 5, stddev: 1}}
      - {name: first, type: str, rule: first_name, constraints: [not_null]}
      - {name: town, type: str, rule: city, nullable: 0.1${town}}
`)

const CLEAN = rowsOf(config(''), 't')
const COLUMNS = ['id', 'owner', 'amount', 'level', 'first', 'town']

test('a list has every damaged row of its table, what was done to it and what it would have been', () => {
  const damaged = config('anomalies: {ratio: 0.2, label_file: true}')
  const dirty = rowsOf(damaged, 't')
  const list = rowsOf(damaged, 't_anomalies')
  assert.equal(list.length, Math.round(0.2 * CLEAN.length))
  const marked = dirty.flatMap((row, i) => (row['is_anomaly'] === true ? [i] : []))
  const listed = list.map(({ row }) => Number(row))
  assert.deepEqual(
    listed.toSorted((a, b) => a - b),
    marked,
  )
  assert.equal(new Set(list.map(({ kind }) => kind)).size, 6)
  for (const { row, id, kind, columns, original } of list) {
    const [was, is] = [CLEAN[Number(row)] ?? {}, dirty[Number(row)] ?? {}]
    assert.equal(id, was['id'])
    const names = String(columns).split(', ')
    const before = JSON.parse(String(original)) as Row
    assert.deepEqual(before, Object.fromEntries(names.map((name) => [name, was[name]])))
    const changed = COLUMNS.filter((name) => is[name] !== was[name])
    assert.ok(changed.every((name) => names.includes(name)))
    if (kind !== 'duplicate') assert.deepEqual(changed.toSorted(), names.toSorted())
  }
})

test('columns have anomalies of their own, each exact to one row, and the table those of the others', () => {
  const damaged = config(
    'anomalies: {ratio: 0.1, kinds: [outlier, typo], label: odd, label_file: true}',
    ', anomalies: {ratio: 0.05, label: bad_amount, label_file: true}',
    ', anomalies: {ratio: 0.3, kinds: [typo], label: false}',
  )
  const dirty = rowsOf(damaged, 't')
  const changed = (name: string) =>
    dirty.flatMap((row, i) => (row[name] !== CLEAN[i]?.[name] ? [i] : []))
  const share = (ratio: number) => Math.round(ratio * CLEAN.length)
  const marked = (label: string) => dirty.flatMap((row, i) => (row[label] === true ? [i] : []))
  assert.equal(changed('amount').length, share(0.05))
  assert.deepEqual(changed('amount'), marked('bad_amount'))
  const ofTable = [...changed('level'), ...changed('first')]
  assert.equal(ofTable.length, share(0.1))
  assert.deepEqual(
    ofTable.toSorted((a, b) => a - b),
    marked('odd'),
  )
  const towns = CLEAN.filter(({ town }) => town !== null).length / CLEAN.length
  assert.ok(Math.abs(changed('town').length - share(0.3) * towns) < 60)
  assert.deepEqual(Object.keys(dirty[0] ?? {}).slice(-2), ['odd', 'bad_amount'])
  const list = rowsOf(damaged, 't_anomalies')
  assert.equal(list.length, share(0.1) + share(0.05))
  const amounts = list.filter(({ columns }) => columns === 'amount').map(({ row }) => Number(row))
  assert.deepEqual(
    amounts.toSorted((a, b) => a - b),
    changed('amount'),
  )
})

test('one label tells the damage of several, and a duplicate is one in columns with their own too', () => {
  const damaged = config(
    'anomalies: {ratio: 0.1, kinds: [duplicate]}',
    ', anomalies: {ratio: 0.05, kinds: [outlier]}',
  )
  const dirty = rowsOf(damaged, 't')
  assert.equal(Object.keys(dirty[0] ?? {}).filter((name) => name === 'is_anomaly').length, 1)
  const far = dirty.filter(({ amount }) => Number(amount) < 0 || Number(amount) > 60).length
  assert.equal(far, Math.round(0.05 * CLEAN.length))
  const marked = dirty.filter((row) => row['is_anomaly'] === true).length
  assert.ok(marked > 0.13 * CLEAN.length && marked < 0.15 * CLEAN.length, `${marked}`)
  const same = dirty.filter(
    (row, i) => row['first'] === CLEAN[i - 1]?.['first'] && row['is_anomaly'],
  )
  assert.ok(same.length >= 0.09 * CLEAN.length)
})

test('anomalies of a column do not depend on those of the table or of other columns', () => {
  const amount = ', anomalies: {ratio: 0.05, label: false}'
  const amounts = (one: ResolvedConfig) => rowsOf(one, 't').map((row) => row['amount'])
  const alone = amounts(config('', amount))
  assert.deepEqual(amounts(config('anomalies: {kinds: [typo]}', amount, amount)), alone)
})

test('a row that allows nothing is listed without a kind', () => {
  const damaged = resolveText(`
tables:
  - name: t
    rows: 100
    columns:
      - {name: x, type: int, nullable: {when: "row % 2 == 0"}, anomalies: {ratio: 1, kinds: [outlier], label_file: true}}
`)
  const list = rowsOf(damaged, 't_anomalies')
  assert.equal(list.length, 100)
  for (const { row, kind, columns, original } of list) {
    const whole = Number(row) % 2 === 0
    assert.deepEqual([kind === null, columns === null, original === null], [whole, whole, whole])
  }
  assert.deepEqual(Object.keys(list[0] ?? {}), ['row', 'kind', 'columns', 'original'])
})

test('bytes of a list do not depend on cuts, writers and batches, in every format', async () => {
  const text = (format: string) => ({
    ...config('anomalies: {ratio: 0.3, label_file: true}', ', anomalies: {label_file: true}'),
    output: { format } as ResolvedConfig['output'],
  })
  for (const format of ['csv', 'json', 'jsonl']) {
    const one = text(format)
    assert.equal(
      fileOf(one, 't_anomalies', { batchRows: 11 }),
      fileOf({ ...one, chunk_rows: 333 }, 't_anomalies', { random: 'plain', writer: 'closures' }),
    )
  }
  for (const format of ['parquet', 'arrow', 'sql']) {
    const [one, other] = [7, 1000].map((batchRows) => {
      const resolved = resolveText(`
output: {format: ${format}}
tables:
  - name: t
    rows: 5000
    anomalies: {ratio: 0.1, label_file: true}
    columns: [{name: id, type: int, constraints: [PK]}, {name: a, type: float}, {name: b, type: str, rule: city}]
`)
      return bytesOfFile(resolved, 't_anomalies', { batchRows })
    })
    assert.deepEqual(await one, await other, format)
  }
})

test('in SQL a list refers to the key of its table, and is made after it', () => {
  const resolved = resolveText(`
output: {format: sql}
tables:
  - name: t
    rows: 50
    anomalies: {ratio: 0.1, label: false, label_file: true}
    columns: [{name: a, type: int, constraints: [PK]}, {name: b, type: int, constraints: [PK]}, {name: c, type: float}]
`)
  assert.deepEqual(
    planConfig(resolved).tables.map(({ name, rows }) => [name, rows]),
    [
      ['t', 50],
      ['t_anomalies', 5],
    ],
  )
  const file = fileOf(resolved, 't_anomalies')
  assert.match(file, /foreign key \("a", "b"\) references "t" \("a", "b"\)/)
})

test('no rows and one row have lists too', () => {
  for (const rows of [0, 1]) {
    const resolved = resolveText(`
tables:
  - name: t
    rows: ${rows}
    anomalies: {ratio: 1, label_file: true}
    columns: [{name: a, type: float}, {name: b, type: str, rule: city}]
`)
    assert.equal(rowsOf(resolved, 't_anomalies').length, rows)
  }
})
