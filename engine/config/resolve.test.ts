import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#engine/errors.ts'
import { digestOf } from './canonical.ts'
import { parseConfig } from './parse.ts'
import { type ResolvedResult, type ResolveRequest, resolveConfig } from './resolve.ts'
import type { ResolvedColumn } from './types.ts'

const NOW = 1_760_000_000

function resolve(source: string | object, request: Partial<ResolveRequest> = {}): ResolvedResult {
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: NOW, seed: 1, ...request })
}

function columnOf(rest: string): ResolvedColumn | undefined {
  return resolve(`tables: [{name: t, columns: [{name: c, ${rest}}]}]`).resolved.tables[0]
    ?.columns[0]
}

function refusal(source: string, request: Partial<ResolveRequest> = {}): AppError {
  try {
    resolve(source, request)
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('expected a refusal')
}

const PK = '{name: id, type: int, constraints: [PK], rule: {type: range, min: 1, max: 50}}'
const ONE = `tables: [{name: t, columns: [${PK}]}]`
const OWN = ONE.replace('columns', 'rows: 60, columns')

test('the digest of a resolved config is pinned: equal meaning, equal digest, whatever the spelling', () => {
  const yaml = `
seed: 42
tables:
  - name: t
    rows: 10
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: day, type: date, rule: {type: date, last: "30 days"}}
      - {name: mail, type: str, constraints: [unique], rule: email}
`
  const json = {
    version: 1,
    locale: 'en_US',
    seed: 42,
    tables: [
      {
        rows: 10,
        table_name: 't',
        columns: [
          { name: 'id', type: 'integer', rule: { step: 1, type: 'sequence' }, constraints: ['PK'] },
          { name: 'day', type: 'date', rule: { type: 'date', last: '1 month' } },
          { name: 'mail', type: 'email', constraints: { unique: true } },
        ],
      },
    ],
  }
  const { resolved } = resolve(yaml, { seed: 42 })
  assert.equal(digestOf(resolved), digestOf(resolve(json, { seed: 42 }).resolved))
  assert.equal(
    digestOf({ ...resolved, engine_version: 'pinned' }),
    '36a598b63aa71112c76f9adae65ba7f121266ada8ee784f0e3bbd15da48bfc61',
  )
})

test('rows: the request, then the table, then the config, then 1,000', () => {
  const rowsOf = (top: string, own: string, request?: number): number | null | undefined => {
    const source = `${top}tables: [{name: t, ${own}columns: [{name: a, type: int}]}]`
    const given = request === undefined ? {} : { rows: request }
    return resolve(source, given).resolved.tables[0]?.rows
  }
  assert.equal(rowsOf('rows: 5\n', 'rows: 7, ', 9), 9)
  assert.equal(rowsOf('rows: 5\n', 'rows: 7, '), 7)
  assert.equal(rowsOf('rows: 5\n', ''), 5)
  assert.equal(rowsOf('', ''), 1000)
  assert.equal(rowsOf('', 'rows: 0, '), 0)
})

test('rows beyond the values of a key: an error where the table asks for them, else capped with a warning', () => {
  const error = refusal(OWN)
  assert.equal(error.code, 'invalid_config')
  assert.deepEqual(
    error.problems.map(({ path }) => path),
    ['/tables/0/rows'],
  )
  assert.match(error.problems[0]?.message ?? '', /60 rows.*key "id" has 50/)
  for (const [source, request] of [
    [ONE, {}],
    [ONE, { rows: 60 }],
    [OWN, { rows: 70 }],
  ] as const) {
    const { resolved, warnings } = resolve(source, request)
    assert.equal(resolved.tables[0]?.rows, 50)
    assert.match(warnings.join(), /t has 50 rows/)
  }
})

test('a sequence ends at 2^53, whether its column is unique or not', () => {
  const source = (rows: string) =>
    `tables: [{name: t, ${rows}columns: [{name: c, type: int, rule: {type: sequence, start: 9007199254740990}}]}]`
  const { resolved, warnings } = resolve(source(''), { rows: 5 })
  assert.equal(resolved.tables[0]?.rows, 2)
  assert.match(warnings.join(), /t has 2 rows, not 5/)
  const [problem] = refusal(source('rows: 3, ')).problems
  assert.match(problem?.message ?? '', /its column "c" has 2 different values/)
})

test('no table has the name of a file that every output has', () => {
  const source = 'tables: [{name: Chunks, columns: [{name: id, type: int}]}]'
  const { path, hint } = refusal(source, { format: 'jsonl' }).problems[0] ?? {}
  assert.equal(path, '/tables/0/name')
  assert.match(hint ?? '', /Chunks_data/)
  assert.ok(resolve(source, { format: 'csv' }))
})

test('children beyond the values of a key are an error, chains of parents included', () => {
  const source = `
tables:
  - {name: a, rows: 10, columns: [{name: id, type: int, constraints: [PK]}]}
  - name: b
    columns: [{name: id, type: int, constraints: [PK]}, {name: a, type: int}]
    foreign_keys: [{parent_table: a, child_column: a, children: {min: 0, max: 4}}]
  - name: c
    columns: [${PK}, {name: b, type: int}]
    foreign_keys: [{parent_table: b, child_column: b, children: 2}]
`
  const error = refusal(source)
  assert.deepEqual(
    error.problems.map(({ path }) => path),
    ['/tables/2/foreign_keys/0/children'],
  )
  assert.match(error.message, /80 rows/)
  const { resolved } = resolve(source.replace('max: 4', 'max: 2'))
  assert.deepEqual(
    resolved.tables.map(({ rows }) => rows),
    [10, null, null],
  )
})

test('children of no parent at all are an error', () => {
  const error = refusal(`
tables:
  - {name: a, rows: 0, columns: [{name: id, type: int, constraints: [PK]}]}
  - name: b
    columns: [{name: a, type: int}]
    foreign_keys: [{parent_table: a, child_column: a}]
`)
  assert.deepEqual(
    error.problems.map(({ path }) => path),
    ['/tables/1/foreign_keys/0'],
  )
})

test('a column without a rule gets the one its type implies', () => {
  assert.deepEqual(columnOf('type: int, constraints: [PK]')?.rule, {
    type: 'sequence',
    start: 1,
    step: 1,
    prefix: '',
    pad: 0,
  })
  assert.equal(columnOf('type: int')?.rule?.type, 'range')
  assert.equal(columnOf('type: decimal')?.scale, 2)
  assert.equal(columnOf('type: uuid, constraints: [PK]')?.rule?.type, 'uuid')
  assert.equal(columnOf('type: bool')?.rule?.type, 'boolean')
  assert.equal(columnOf('type: str')?.rule?.type, 'choice')
  assert.equal(columnOf('type: phone')?.rule?.type, 'phone')
  assert.deepEqual(columnOf('type: datetime')?.rule, {
    type: 'datetime',
    min: NOW - 365 * 86_400,
    max: NOW,
  })
})

test('a date alone as max is the end of that day; spans count back from now', () => {
  assert.deepEqual(
    columnOf('type: datetime, rule: {type: datetime, min: "2025-01-01", max: "2025-01-01"}')?.rule,
    {
      type: 'datetime',
      min: 1_735_689_600,
      max: 1_735_775_999,
    },
  )
  assert.deepEqual(columnOf('type: datetime, rule: {type: datetime, last: "5 minutes"}')?.rule, {
    type: 'datetime',
    min: NOW - 300,
    max: NOW,
  })
  const fixed =
    'now: "2025-01-02T00:00:00Z"\ntables: [{name: t, columns: [{name: c, type: date, rule: {type: date, last: 1 day}}]}]'
  const { resolved } = resolve(fixed)
  assert.deepEqual(
    [resolved.now, resolved.tables[0]?.columns[0]?.rule],
    [1_735_776_000, { type: 'date', min: 20_089, max: 20_090 }],
  )
})

test('nullable: 5 % by default, a rate, or a condition', () => {
  assert.deepEqual(columnOf('type: int, nullable: true')?.nullable, { rate: 0.05 })
  assert.deepEqual(columnOf('type: int, constraints: [nullable]')?.nullable, { rate: 0.05 })
  assert.deepEqual(columnOf('type: int, nullable: {rate: 0.5}')?.nullable, { rate: 0.5 })
  const source =
    'tables: [{name: t, columns: [{name: a, type: int}, {name: b, type: int, nullable: {when: "a > 1"}}]}]'
  assert.deepEqual(resolve(source).resolved.tables[0]?.columns[1]?.nullable, { when: 'a > 1' })
})

test('unique values are drawn without weights, each once', () => {
  assert.deepEqual(
    columnOf(
      'type: str, constraints: [unique], rule: {type: choice, value: [a, b, a], weights: [1, 2, 3]}',
    )?.rule,
    { type: 'choice', values: ['a', 'b'], weights: null },
  )
})

test('without a seed one is drawn, within 2^53', () => {
  const { config } = parseConfig(ONE)
  const seeds = Array.from({ length: 20 }, () => resolveConfig(config, { now: NOW }).resolved.seed)
  assert.equal(new Set(seeds).size, 20)
  for (const seed of seeds) assert.ok(Number.isSafeInteger(seed) && seed >= 0)
})

test('what the request says wins over the config', () => {
  const { resolved } = resolve(`seed: 5\noutput_format: csv\n${ONE}`, {
    seed: 6,
    format: 'jsonl',
    chunkRows: 77,
    now: NOW + 0.9,
  })
  assert.deepEqual(
    [resolved.seed, resolved.output.format, resolved.chunk_rows, resolved.now],
    [6, 'jsonl', 77, NOW],
  )
})
