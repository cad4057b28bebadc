import assert from 'node:assert/strict'
import test from 'node:test'
import { AppError } from '#engine/errors.ts'
import { readSubmission } from './submission.ts'

const CONFIG = `tables:
  - name: t
    rows: 100
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: a, type: int}
`

const resolvedOf = (body: object) => readSubmission({ config: CONFIG, ...body }, 0).resolved

function problemsOf(body: object): object[] {
  try {
    readSubmission({ config: CONFIG, ...body }, 0)
  } catch (error) {
    if (error instanceof AppError) return error.problems
  }
  return []
}

test('anomalies of a job are part of its resolved config', () => {
  const [table] = resolvedOf({ anomalies: { inject: true, ratio: 0.05 } }).tables
  assert.equal(table?.anomalies?.ratio, 0.05)
  assert.equal(table?.columns.at(-1)?.name, 'is_anomaly')
  assert.equal(resolvedOf({ anomalies: { inject: false } }).tables[0]?.anomalies, undefined)
})

test('what is wrong with anomalies of a job is said at their place in the body', () => {
  assert.partialDeepStrictEqual(problemsOf({ anomalies: { inject: 1, ratio: 2, kinds: [] } }), [
    { path: '/anomalies/inject' },
    { path: '/anomalies/ratio' },
    { path: '/anomalies/kinds' },
  ])
  const keys = 'tables: [{name: t, columns: [{name: id, type: int, constraints: [PK]}]}]'
  assert.deepEqual(problemsOf({ config: keys, anomalies: { inject: true } }), [
    {
      path: '/anomalies',
      message: 'No table has a column that can be damaged: all are keys',
      hint: 'Leave anomalies out',
    },
  ])
})

test('what only the whole config shows has its line and column, and what the body says has none', () => {
  const config = CONFIG.replace(
    'type: int, constraints: [PK]',
    'type: int, constraints: [PK], rule: {type: range, min: 1, max: 9}',
  )
  assert.partialDeepStrictEqual(problemsOf({ config }), [
    { path: '/config/tables/0/rows', line: 3, column: 5 },
  ])
  const [problem] = problemsOf({ output: { dialect: 'sqlite' } })
  assert.deepEqual(Object.keys(problem ?? {}).toSorted(), ['hint', 'message', 'path'])
})

test('an operator’s chunk_rows holds where the request is silent, in whole blocks and without a warning', () => {
  const usual = { usualChunkRows: 25_000 }
  const made = readSubmission({ config: CONFIG }, 0, usual)
  assert.equal(made.resolved.chunk_rows, 25_000)
  const asked = readSubmission({ config: CONFIG, chunk_rows: 500 }, 0, usual)
  assert.equal(asked.resolved.chunk_rows, 500)
  const blocks = readSubmission({ config: CONFIG, output: { format: 'parquet' } }, 0, usual)
  assert.equal(blocks.resolved.chunk_rows % 100_000, 0)
  assert.deepEqual(blocks.warnings, made.warnings)
})
