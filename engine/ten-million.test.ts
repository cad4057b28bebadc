// Promises at ten million rows, read back by DuckDB: unique values do not repeat, children have parents, in number as
// their law says.

import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { writeChunk } from './chunk.ts'
import { compile } from './compile.ts'
import { Output } from './formats/output.ts'
import { openDataset } from './library.ts'
import { planConfig } from './plan.ts'

const ROWS = 10_000_000
const folder = mkdtempSync(path.join(tmpdir(), 'syndata-ten-million-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function filesOf(tables: object[]): Promise<(name: string) => string> {
  const { config } = await openDataset({ seed: 5, tables }, { chunkRows: 100_000 })
  const out = new Output(2 ** 28)
  for (const table of compile(config, planConfig(config)).tables) {
    const file = openSync(path.join(folder, `${table.name}.csv`), 'w')
    for (let chunk = 0; chunk < table.chunks; chunk++) {
      out.reset()
      writeChunk(table, chunk, out)
      writeSync(file, out.bytes())
    }
    closeSync(file)
  }
  return (name) => `read_csv('${path.join(folder, name)}.csv', header = true)`
}

async function firstRow(sql: string): Promise<number[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const [row = []] = (await connection.runAndReadAll(sql)).getRows()
    return row.map(Number)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

test('ten million emails without repeats', async () => {
  const columns = [{ name: 'email', type: 'str', constraints: ['unique'], rule: 'email' }]
  const csv = await filesOf([{ name: 'users', rows: ROWS, columns }])
  const sql = `select count(*), count(distinct email) from ${csv('users')}`
  assert.deepEqual(await firstRow(sql), [ROWS, ROWS])
})

test('ten million children: no orphans, and as many for each parent as a Poisson law has', async () => {
  const parents = 2_500_000
  const csv = await filesOf([
    {
      name: 'parents',
      rows: parents,
      columns: [
        { name: 'id', type: 'int', constraints: ['PK'], rule: { type: 'sequence', step: 7 } },
      ],
    },
    {
      name: 'children',
      columns: [{ name: 'parent', type: 'int', constraints: ['FK'] }],
      foreign_keys: [
        {
          ...{ parent_table: 'parents', parent_column: 'id', child_column: 'parent' },
          children: { type: 'poisson', mean: 4 },
        },
      ],
    },
  ])
  const orphans = `select count(*) from ${csv('children')} anti join ${csv('parents')} on parent = id`
  assert.deepEqual(await firstRow(orphans), [0])
  const counts = `with c as (select count(parent) as n from ${csv('parents')} left join ${csv('children')} on parent = id group by id)
    select sum(n), avg(n), var_samp(n), sum((n = 0)::int) from c`
  const [rows = 0, mean = 0, variance = 0, none = 0] = await firstRow(counts)
  assert.ok(Math.abs(rows - ROWS) < 20_000, `${rows} rows`)
  assert.ok(Math.abs(mean - 4) < 0.01 && Math.abs(variance - 4) < 0.02, `${mean}, ${variance}`)
  // exp(-4) of the parents, within five standard deviations.
  assert.ok(Math.abs(none - 45_789) < 1_100, `${none} parents without children`)
})
