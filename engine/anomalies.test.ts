import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from './compile.ts'
import { parseConfig } from './config/parse.ts'
import type { ResolvedConfig, Scalar } from './config/types.ts'
import { planConfig } from './plan.ts'
import { typo } from './rules/typo.ts'
import { fileOf } from './testing/bytes.ts'
import { resolveText } from './testing/resolve.ts'

const COLUMNS = `
      - {name: id, type: int, constraints: [PK]}
      - {name: owner, type: int, constraints: [FK]}
      - {name: amount, type: decimal, rule: {type: range, min: 10, max: 20}}
      - {name: score, type: float, rule: {type: normal, mean: 0, stddev: 1}}
      - {name: day, type: date, rule: {type: date, min: "2025-01-01", max: "2025-12-31"}}
      - {name: first, type: str, rule: first_name, constraints: [not_null]}
      - {name: town, type: str, rule: city, nullable: 0.1}`

const config = (anomalies: string, rows = 10_007): ResolvedConfig =>
  resolveText(`
tables:
  - {name: owners, rows: 50, columns: [{name: owner, type: int, constraints: [PK]}]}
  - name: t
    rows: ${rows}
    ${anomalies}
    foreign_keys: [{parent_table: owners, parent_column: owner, child_column: owner}]
    columns:${COLUMNS}
`)

function rowsOf(resolved: ResolvedConfig): Record<string, Scalar>[] {
  const table = compile(resolved, planConfig(resolved)).table('t')
  const names = table.columns.map(({ name }) => name)
  return table
    .values(0, table.rows)
    .map((row) => Object.fromEntries(names.map((name, k) => [name, row[k] ?? null])))
}

const CLEAN = rowsOf(config(''))

/** Damaged rows with what they would have been. */
function changed(
  anomalies: string,
): { dirty: Record<string, Scalar>; clean: Record<string, Scalar> }[] {
  const rows = rowsOf(config(`anomalies: ${anomalies}`))
  return rows.flatMap((dirty, i) => {
    const clean = CLEAN[i] ?? {}
    const names = Object.keys(clean)
    const differs = names.some((name) => dirty[name] !== clean[name])
    assert.equal(differs, dirty['is_anomaly'], `row ${i}`)
    return differs ? [{ dirty, clean }] : []
  })
}

const namesChanged = ({ dirty, clean }: ReturnType<typeof changed>[number]): string[] =>
  Object.keys(clean).filter((name) => dirty[name] !== clean[name])

test('the share is exact to one row, the label says which, and keys stay', () => {
  for (const ratio of [0, 0.001, 0.05, 1]) {
    const rows = changed(`{ratio: ${ratio}, kinds: [outlier, "null", typo, drift]}`)
    assert.equal(rows.length, Math.round(10_007 * ratio))
    for (const row of rows) {
      const names = namesChanged(row)
      assert.equal(names.length, 1)
      assert.ok(!names.includes('id') && !names.includes('owner'))
    }
  }
})

test('each kind does what it says', () => {
  const outliers = changed('{ratio: 0.02, kinds: [outlier], columns: [amount]}')
  assert.ok(
    outliers.every(({ dirty }) => Number(dirty['amount']) < 0 || Number(dirty['amount']) > 60),
  )
  const nulls = changed('{ratio: 0.02, kinds: [null], columns: [first, town, day]}')
  assert.ok(nulls.every((row) => namesChanged(row).every((name) => row.dirty[name] === null)))
  assert.ok(
    nulls.every(({ dirty }) => dirty['first'] !== null),
    'first is not_null',
  )
  const typos = changed('{ratio: 0.02, kinds: [typo], columns: [first]}')
  assert.ok(
    typos.every(({ dirty, clean }) => {
      const difference = String(dirty['first']).length - String(clean['first']).length
      return Math.abs(difference) <= 1
    }),
  )
  const swaps = changed('{ratio: 0.02, kinds: [swap], columns: [first, town]}')
  assert.ok(
    swaps.every(
      ({ dirty, clean }) => dirty['first'] === clean['town'] && dirty['town'] === clean['first'],
    ),
  )
  const drifts = changed('{ratio: 0.5, kinds: [drift], columns: [amount]}')
  const shift = ({ dirty, clean }: (typeof drifts)[number]) =>
    Number(dirty['amount']) - Number(clean['amount'])
  assert.ok(drifts.every((row) => shift(row) > 0))
  const mean = (rows: typeof drifts) => rows.reduce((sum, row) => sum + shift(row), 0) / rows.length
  assert.ok(mean(drifts.slice(-500)) > 3 * mean(drifts.slice(0, 500)))
})

test('a duplicate has the values of a row beside it under its own key', () => {
  const rows = rowsOf(config('anomalies: {ratio: 0.1, kinds: [duplicate]}'))
  const copies = rows.flatMap((row, i) => (row['is_anomaly'] === true ? [[row, i] as const] : []))
  assert.equal(copies.length, 1001)
  for (const [row, i] of copies) {
    const original = CLEAN[i === 0 ? 1 : i - 1] ?? {}
    for (const name of ['amount', 'score', 'day', 'first', 'town']) {
      assert.equal(row[name], original[name])
    }
    assert.equal(row['id'], CLEAN[i]?.['id'])
    assert.equal(row['owner'], CLEAN[i]?.['owner'])
  }
})

test('all kinds appear by default, and bytes do not depend on how rows are cut', () => {
  const all = config('anomalies: {ratio: 0.3}')
  assert.equal(all.tables[1]?.anomalies?.kinds.length, 6)
  assert.equal(
    fileOf(all, 't', { batchRows: 11 }),
    fileOf({ ...all, chunk_rows: 3333 }, 't', { random: 'plain', writer: 'closures' }),
  )
  const named = config('anomalies: {label: odd}').tables[1]
  assert.equal(named?.columns.at(-1)?.name, 'odd')
  const silent = config('anomalies: {label: false}').tables[1]
  assert.equal(silent?.columns.at(-1)?.name, 'town')
})

test('a slip always changes a text, by one letter at most', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(), fc.nat(), (text, a, b) => {
      const slipped = typo(text, a, b)
      assert.notEqual(slipped, text)
      assert.ok(Math.abs(Array.from(slipped).length - Array.from(text).length) <= 1)
    }),
  )
  assert.equal(typo('', 1, 2), '')
})

test('what cannot be damaged is refused', () => {
  const cases: [string, RegExp][] = [
    ['{ratio: 2}', /ratio must be/],
    ['{kinds: [outliers]}', /kinds must be/],
    ['{columns: [id]}', /keys are never damaged/],
    ['{columns: [owner]}', /keys are never damaged/],
    ['{columns: [nix]}', /no column "nix"/],
    ['{label: amount}', /has a column "amount" already/],
    ['{kinds: [typo], columns: [amount]}', /allows anomalies of kind typo/],
    ['{kinds: [swap], columns: [amount, first]}', /allows anomalies of kind swap/],
    ['5', /anomalies is an object/],
  ]
  for (const [anomalies, message] of cases) {
    const { problems } = parseConfig(`
tables:
  - {name: owners, columns: [{name: owner, type: int, constraints: [PK]}]}
  - name: t
    anomalies: ${anomalies}
    foreign_keys: [{parent_table: owners, parent_column: owner, child_column: owner}]
    columns:${COLUMNS}
`)
    assert.match(problems.map((one) => one.message).join('\n'), message)
    assert.ok(problems.every(({ hint, line }) => hint !== undefined && line !== undefined))
  }
})
