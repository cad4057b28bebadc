import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Problem } from '#engine/errors.ts'
import { AppError } from '#engine/errors.ts'
import { parseConfig } from './parse.ts'
import { type ResolveRequest, resolveConfig } from './resolve.ts'
import type { ResolvedConfig } from './types.ts'

const COLUMNS = '{name: id, type: int}, {name: note, type: str}'

function resolve(
  output: string,
  request: Partial<ResolveRequest> = {},
  columns = COLUMNS,
): { resolved: ResolvedConfig; warnings: string[] } {
  const { config, problems } = parseConfig(`${output}\nfields: [${columns}]`)
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 0, ...request })
}

function refusal(...args: Parameters<typeof resolve>): Problem | undefined {
  try {
    resolve(...args)
  } catch (error) {
    if (error instanceof AppError) return error.problems[0]
    throw error
  }
  return undefined
}

test('options are resolved for the format alone, and defaults are written out where they matter', () => {
  const cases: [string, Partial<ResolveRequest>, object][] = [
    ['', {}, { format: 'csv' }],
    ['output: {csv: {delimiter: tab}}', { format: 'jsonl' }, { format: 'jsonl' }],
    [
      'output: {format: sql}',
      {},
      { format: 'sql', sql: { dialect: 'postgresql', mode: 'insert', rows_per_insert: 1000 } },
    ],
    [
      'output: {format: SQL, sql: {dialect: Postgres, mode: COPY}}',
      {},
      { format: 'sql', sql: { dialect: 'postgresql', mode: 'copy', rows_per_insert: 1000 } },
    ],
    [
      'output: {format: sql, sql: {dialect: postgresql, rows_per_insert: 5}}',
      { dialect: 'mysql' },
      { format: 'sql', sql: { dialect: 'mysql', mode: 'insert', rows_per_insert: 5 } },
    ],
    ['output: {format: arrow}', {}, { format: 'arrow', block_rows: 100_000 }],
    [
      'output: {format: arrow, arrow: {container: Stream}}',
      {},
      {
        ...{ format: 'arrow', block_rows: 100_000 },
        arrow: { container: 'stream', compression: 'none' },
      },
    ],
    [
      'output: {compression: zst, arrow: {container: stream}}',
      { format: 'arrow', container: 'file' },
      {
        ...{ format: 'arrow', block_rows: 100_000 },
        arrow: { container: 'file', compression: 'zstd' },
      },
    ],
    ['output: {compression: gz}', {}, { format: 'csv', compression: 'gzip', block_rows: 10_000 }],
    ['output: {compression: gzip}', { compression: 'none' }, { format: 'csv' }],
    [
      'output: {format: parquet, compression: Snappy}',
      {},
      { format: 'parquet', parquet: { compression: 'snappy' }, block_rows: 100_000 },
    ],
    [
      'output: {parquet: {compression: zstd}}',
      { format: 'parquet', compression: 'snappy' },
      { format: 'parquet', parquet: { compression: 'snappy' }, block_rows: 100_000 },
    ],
    [
      'output_format: json',
      { compression: 'zstd' },
      { format: 'json', compression: 'zstd', block_rows: 10_000 },
    ],
  ]
  for (const [source, request, expected] of cases) {
    assert.deepEqual(resolve(source, request).resolved.output, expected)
  }
})

test('chunks are whole numbers of blocks', () => {
  const compressed = 'output: {compression: zstd}'
  const { resolved } = resolve(compressed)
  assert.equal(resolved.chunk_rows, 10_000)
  const raised = resolve(compressed, { chunkRows: 10_001 })
  assert.equal(raised.resolved.chunk_rows, 20_000)
  assert.match(raised.warnings.join(), /chunk_rows is 20000, not 10001/)
  assert.deepEqual(resolve(compressed, { chunkRows: 30_000 }).warnings, [])
  assert.equal(resolve('', { chunkRows: 77 }).resolved.chunk_rows, 77)
})

test('blocks of wide tables have fewer rows', () => {
  const columns = Array.from({ length: 400 }, (_, i) => `{name: c${i}, type: str}`).join(', ')
  const { resolved } = resolve('output: {compression: gzip}', {}, columns)
  assert.deepEqual([resolved.output.block_rows, resolved.chunk_rows], [1000, 10_000])
})

test('what does not go together is refused with its place and what to write', () => {
  const cases: [Parameters<typeof resolve>, string, RegExp, RegExp][] = [
    [
      ['output: {format: sql, sql: {dialect: mysql, mode: copy}}'],
      '/output/sql/mode',
      /COPY/,
      /insert/,
    ],
    [['', { compression: 'snappy' }], '/output/compression', /parquet/, /gzip/],
    [['output: {format: jsonl, compression: snappy}'], '/output/compression', /parquet/, /zstd/],
    [['', { format: 'arrow', compression: 'snappy' }], '/output/compression', /arrow/, /zstd/],
    [['', { dialect: 'sqlite' }], '/output/dialect', /format sql/, /Leave/],
    [['', { container: 'stream' }], '/output/container', /format arrow/, /format: arrow/],
    [['', { format: 'arrow', compression: 'gzip' }], '/output/compression', /arrow/, /zstd/],
  ]
  for (const [args, path, message, hint] of cases) {
    const problem = refusal(...args)
    assert.equal(problem?.path, path)
    assert.match(problem?.message ?? '', message)
    assert.match(problem?.hint ?? '', hint)
  }
})

test('names that a database would cut, refuse or confuse are refused', () => {
  const long = 'x'.repeat(64)
  const cases: [string, string, RegExp | null][] = [
    ['postgresql', `{name: ${long}, type: int}`, /too long a name for PostgreSQL/],
    ['postgresql', '{name: xmin, type: int}', /PostgreSQL's own/],
    ['postgresql', '{name: a, type: int}, {name: A, type: int}', null],
    ['mysql', `{name: ${long}, type: int}`, null],
    ['mysql', `{name: ${long}x, type: int}`, /too long a name for MySQL/],
    ['mysql', '{name: "a😀", type: int}', /no name that MySQL takes/],
    ['mysql', '{name: a, type: int}, {name: A, type: int}', /Two columns/],
    ['sqlite', '{name: a, type: int}, {name: A, type: int}', /Two columns/],
    ['sqlite', `{name: ${long}x, type: int}`, null],
  ]
  for (const [dialect, columns, message] of cases) {
    const problem = refusal(`output: {format: sql, sql: {dialect: ${dialect}}}`, {}, columns)
    if (message === null) assert.equal(problem, undefined)
    else assert.match(problem?.message ?? '', message)
    if (message !== null) assert.match(problem?.path ?? '', /^\/fields\/\d\/name$/)
  }
})
