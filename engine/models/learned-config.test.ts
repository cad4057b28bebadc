import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withRows, writeChunk } from '#engine/chunk.ts'
import { type CompiledTable, compile } from '#engine/compile.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { footerOfParts } from '#engine/footer.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { parseCsv } from '#engine/testing/bytes.ts'
import { peopleModel } from '#engine/testing/small-model.ts'
import { type LearnedRequest, learnedConfig } from './learned-config.ts'
import { type Model, openModel } from './model.ts'
import { trainModel } from './train.ts'

const file = await peopleModel()
const model = openModel(file)
const base = { rows: 6000, seed: 7, now: 1_750_000_000 }

function tableOf(config: ResolvedConfig, of: Model = model): CompiledTable {
  const models = new Map([[of.digest, of]])
  const [table] = compile(config, planConfig(config), { models }).tables
  assert.ok(table)
  return table
}

const configOf = (request: Partial<LearnedRequest> = {}, of: Model = model): ResolvedConfig =>
  learnedConfig(of, { ...base, ...request }).resolved

/** The whole file, its chunks made in this order. */
async function bytesOf(config: ResolvedConfig, of: Model = model, order?: number[]) {
  const table = tableOf(config, of)
  const chunks = order ?? [...Array(table.chunks).keys()]
  const parts: Uint8Array[] = []
  for (const chunk of chunks) {
    const from = chunk * table.chunkRows
    const out = new Output(2 ** 28)
    const to = Math.min(from + table.chunkRows, table.rows)
    await withRows(table, { from, to }, () => writeChunk(table, chunk, out))
    parts[chunk] = out.bytes()
  }
  const ends = parts.map((part) => ({
    bytes: part.length,
    read: (from: number, to: number) => Promise.resolve(part.slice(from, to)),
  }))
  const footer = await footerOfParts(table, ends)
  return Buffer.concat(footer ? [...parts, footer] : parts)
}

async function valuesOf(
  config: ResolvedConfig,
  of: Model = model,
): Promise<Record<string, Scalar>[]> {
  const table = tableOf(config, of)
  const rows = await withRows(table, { from: 0, to: table.rows }, () => table.values(0, table.rows))
  const names = table.columns.map(({ name }) => name)
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])))
}

const problemsOf = (request: Partial<LearnedRequest>): string[] => {
  try {
    configOf(request)
    return []
  } catch (error) {
    assert.ok(error instanceof AppError)
    return error.problems.map(({ path }) => path)
  }
}

test('columns have the types of the data, and its nulls, layouts and ids', async () => {
  const config = configOf({ name: 'people' })
  const table = tableOf(config)
  assert.deepEqual(
    table.columns.map(({ name, type }) => [name, type]),
    [
      ['id', 'str'],
      ['email', 'str'],
      ['plan', 'str'],
      ['kind', 'str'],
      ['active', 'bool'],
      ['age', 'int'],
      ['score', 'decimal'],
      ['born', 'date'],
      ['seen', 'datetime'],
      ['at', 'time'],
      ['country', 'str'],
    ],
  )
  assert.equal(config.tables[0]?.learned?.model, model.digest)
  const rows = await valuesOf(config)
  assert.equal(rows.length, 6000)
  assert.equal(new Set(rows.map(({ id }) => id)).size, 6000)
  const share = (test: (row: Record<string, Scalar>) => boolean) => rows.filter(test).length / 6000
  assert.ok(Math.abs(share(({ score }) => score === null) - 1 / 7) < 0.03)
  assert.ok(Math.abs(share(({ kind }) => kind === null) - 1 / 9) < 0.03)
  assert.ok(Math.abs(share(({ active }) => active === true) - 1 / 3) < 0.04)
  assert.ok(
    rows.every(({ plan, country }) => (plan === 'free' || plan === 'paid') && country === 'NZ'),
  )
  assert.ok(rows.every(({ email }) => !String(email).includes('secret')))
  const [header, first] = parseCsv((await bytesOf(config)).toString())
  assert.equal(header?.join(), table.columns.map(({ name }) => name).join())
  assert.match(first?.[7] ?? '', /^\d\d\.\d\d\.\d{4}$/)
  assert.match(first?.[8] ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('any cut, any order and any number of rows give the same rows', async () => {
  const whole = await bytesOf(configOf())
  for (const chunkRows of [999, 2500, 6000]) {
    const config = configOf({ chunkRows })
    const chunks = planConfig(config).tables[0]?.chunks ?? 0
    const backwards = [...Array(chunks).keys()].reverse()
    assert.ok((await bytesOf(config, model, backwards)).equals(whole), `chunks of ${chunkRows}`)
  }
  const longer = await bytesOf(configOf({ rows: 9000 }))
  assert.ok(longer.subarray(0, whole.length).equals(whole))
  assert.notDeepEqual(await bytesOf(configOf({ seed: 8 })), whole)
})

test('every format', async () => {
  const formats = ['csv', 'json', 'jsonl', 'sql', 'parquet', 'arrow'] as const
  for (const format of formats) {
    const config = configOf({ format, rows: 3000, chunkRows: 1000 })
    const bytes = await bytesOf(config)
    assert.ok(bytes.length > 50_000, `${format}: ${bytes.length}`)
    assert.deepEqual(await bytesOf(config), bytes)
  }
  const [first] = JSON.parse((await bytesOf(configOf({ format: 'json' }))).toString())
  assert.deepEqual(first, (await valuesOf(configOf()))[0])
})

test('the network samples through the same path', async () => {
  const network = openModel(await peopleModel('argn'))
  const request = { conditions: "plan = 'paid'", bounds: { score: { max: 10 } }, rows: 3000 }
  const config = configOf(request, network)
  const whole = await bytesOf(config, network)
  assert.deepEqual(await bytesOf(configOf({ ...request, chunkRows: 700 }, network), network), whole)
  const rows = await valuesOf(config, network)
  assert.ok(rows.every(({ plan }) => plan === 'paid'))
  assert.ok(rows.every(({ score }) => score === null || Number(score) <= 10))
  assert.ok(rows.some(({ score }) => score === null))
})

test('conditions in every form are met by every row', async () => {
  const forms: [unknown, (row: Record<string, Scalar>) => boolean][] = [
    [{ plan: 'paid' }, ({ plan }) => plan === 'paid'],
    [
      "plan = 'paid' and age between 50 and 55",
      ({ plan, age }) => plan === 'paid' && Number(age) >= 50 && Number(age) <= 55,
    ],
    [{ age: { min: 60 } }, ({ age }) => Number(age) >= 60],
    [
      [{ column: 'age', operator: '<', value: 30 }, { kind: ['c'] }],
      ({ age, kind }) => Number(age) < 30 && kind === 'c',
    ],
    [{ all: [{ column: 'kind', operator: 'is_null' }] }, ({ kind }) => kind === null],
    ['kind is not null and active = true', ({ kind, active }) => kind !== null && active === true],
    [{ born: { min: '1990-01-01' } }, ({ born }) => String(born).slice(6) >= '1990'],
    ['born >= "01.01.1990"', ({ born }) => String(born).slice(6) >= '1990'],
    [
      'score >= 0.5 and at < "12:00:00"',
      ({ score, at }) => Number(score) >= 0.5 && String(at) < '12:00:00',
    ],
    [{ kind: 'a, "b"' }, ({ kind }) => kind === 'a, "b"'],
  ]
  for (const [conditions, meets] of forms) {
    const rows = await valuesOf(configOf({ conditions, rows: 500 }))
    assert.ok(rows.every(meets), JSON.stringify(conditions))
  }
})

test('a day is asked for as in the data, or as ISO 8601', async () => {
  const rowsOf = (min: string) => valuesOf(configOf({ conditions: { born: { min } }, rows: 200 }))
  assert.deepEqual(await rowsOf('24.12.1990'), await rowsOf('1990-12-24'))
  assert.deepEqual(problemsOf({ conditions: { born: { min: '12/24/1990' } } }), [
    '/conditions/born/min',
  ])
})

test('bounds leave nulls alone, and no value is heaped at them', async () => {
  const rows = await valuesOf(configOf({ bounds: { score: { min: -5, max: 20 }, age: [21, 60] } }))
  const scores = rows.map(({ score }) => score)
  assert.ok(scores.every((score) => score === null || (Number(score) >= -5 && Number(score) <= 20)))
  assert.ok(scores.filter((score) => score === null).length > 300)
  assert.ok(scores.filter((score) => score === -5 || score === 20).length < 300)
  assert.ok(rows.every(({ age }) => Number(age) >= 21 && Number(age) <= 60))
})

test('what cannot be asked is refused at its place', () => {
  assert.deepEqual(problemsOf({ conditions: { plan: 'gold' } }), ['/conditions/plan'])
  assert.deepEqual(problemsOf({ conditions: { email: 'x@y.z', nothing: 1 } }), [
    '/conditions/email',
    '/conditions/nothing',
  ])
  assert.deepEqual(problemsOf({ conditions: { country: 'NZ' } }), ['/conditions/country'])
  assert.deepEqual(problemsOf({ conditions: { age: 'old' } }), ['/conditions/age'])
  assert.deepEqual(problemsOf({ conditions: 'age older than 5' }), ['/conditions'])
  assert.deepEqual(problemsOf({ conditions: 7 }), ['/conditions'])
  const [place] = problemsOf({ conditions: { age: { min: 40, max: 30 } } })
  assert.equal(place, '/conditions/age/max')
  assert.deepEqual(problemsOf({ bounds: { age: { least: 4 } }, conditions: [null, []] }), [
    '/bounds/age',
  ])
  assert.deepEqual(problemsOf({ bounds: [] }), ['/bounds'])
  const any = { any: [{ column: 'age', operator: '>', value: 3 }] }
  assert.throws(() => configOf({ conditions: any }), { code: 'unsupported' })
  assert.throws(() => configOf({ conditions: { age: { min: 1000 } } }), { code: 'invalid_config' })
})

test('anomalies are damaged and labelled like any rows, but copies of others', async () => {
  const config = configOf({ anomalies: { ratio: 0.05 } })
  assert.deepEqual(config.tables[0]?.anomalies?.kinds, ['outlier', 'null', 'typo', 'swap', 'drift'])
  const [rows, clean] = [await valuesOf(config), await valuesOf(configOf())]
  const labelled = rows.filter((row) => row['is_anomaly'] === true)
  assert.equal(labelled.length, 300)
  const differing = rows.filter(
    (row, i) =>
      JSON.stringify(row) !== JSON.stringify({ ...clean[i], is_anomaly: row['is_anomaly'] }),
  )
  assert.equal(differing.length, 300)
  assert.equal(configOf({ anomalies: { inject: false } }).tables[0]?.anomalies, undefined)
})

test('rows that were not drawn, and models that were not given, are said to be missing', async () => {
  const table = tableOf(configOf())
  assert.throws(() => table.values(0, 10), { code: 'internal' })
  await withRows(table, { from: 0, to: 10 }, () => table.values(0, 10))
  assert.throws(() => table.values(2495, 2505), { code: 'internal' })
  const config = configOf({ format: 'parquet' })
  const [bare] = compile(config, planConfig(config)).tables
  assert.throws(() => bare?.values(0, 1), { code: 'unsupported' })
})

test('readers of one table do not take rows from each other', async () => {
  const table = tableOf(configOf())
  const read = (from: number) =>
    withRows(table, { from, to: from + 5 }, () => table.values(from, from + 5))
  const alone = await valuesOf(configOf())
  const found = await Promise.all([0, 5000, 10, 3000, 0].map(read))
  for (const [k, from] of [0, 5000, 10, 3000, 0].entries())
    assert.deepEqual(
      found[k]?.map((row) => row[0]),
      alone.slice(from, from + 5).map(({ id }) => id),
    )
})

test('numbers of more digits than are counted come back as they are', async () => {
  const known = [-0.044641636506989144, 0.05068011873981862]
  const values = Float64Array.from({ length: 60 }, (_, row) => known[row % 2] as number)
  const plain = { semantic: null, layout: null, zone: null }
  const field = { ...plain, name: 'n', type: 'decimal' as const, decimals: 15 }
  const table = { name: 't', rows: 60, columns: [{ kind: 'number' as const, field, values }] }
  const options = { algorithm: 'argn' as const, seed: 1, options: { epochs: 1 } }
  const learned = await trainModel(
    table,
    { ...options, ruleFor: () => ({ type: 'word' }) },
    { signal: new AbortController().signal },
  )
  const of = openModel(learned)
  const rows = await valuesOf(configOf({ rows: 40 }, of), of)
  assert.deepEqual(new Set(rows.map(({ n }) => n)), new Set(known))
})
