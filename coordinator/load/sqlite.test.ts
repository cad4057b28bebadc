// Loading into SQLite files: every value, each chunk once, tables as the mode wants them.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { everyType } from '#engine/testing/every-type.ts'
import { HOSTILE_TEXTS } from '#engine/testing/hostile.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import {
  databaseConfig,
  failsWith,
  loadAll,
  loadJobOf,
  loadOne,
  never,
  OPTIONS,
  rowsOf,
  sorted,
  storedChunks,
} from '#test/support/load.ts'
import { createSqliteTarget } from './sqlite.ts'
import type { LoadJob, Target } from './target.ts'

type File = { database: DatabaseSync; open: (job: LoadJob, timeoutMs?: number) => Target }

function targetFile(t: TestContext): File {
  const folder = mkdtempSync(join(tmpdir(), 'syndata-sqlite-'))
  const file = join(folder, 'target.db')
  const database = new DatabaseSync(file)
  const targets: Target[] = []
  t.after(async () => {
    for (const target of targets) await target.close()
    database.close()
    rmSync(folder, { recursive: true })
  })
  return {
    database,
    open(job, timeoutMs = 5_000) {
      const options = { ...OPTIONS, statement_timeout_ms: timeoutMs }
      const target = createSqliteTarget({ kind: 'sqlite', file, options }, job)
      targets.push(target)
      return target
    },
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function told(value: Scalar, type: string): Scalar {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return value
  return type === 'datetime' ? value.replace('T', ' ').replace('Z', '') : value.toWellFormed()
}

function assertSame(database: DatabaseSync, config: ResolvedConfig, name: string): void {
  const columns = config.tables.find((table) => table.name === name)?.columns ?? []
  const list = columns.map((one, i) => `${quoted(one.name)} as c${i}`).join(', ')
  const select = database.prepare(`select ${list} from ${quoted(name)}`)
  select.setReadBigInts(true)
  const found = select.all().map((row) =>
    columns.map((_, i) => {
      const value = row[`c${i}`] as Scalar | bigint
      return typeof value === 'bigint' ? Number(value) : value
    }),
  )
  const expected = rowsOf(config, name).map((row) =>
    row.map((value, i) => told(value, columns[i]?.type ?? '')),
  )
  assert.deepEqual(sorted(found), sorted(expected))
}

test('every type and hostile values arrive as they are', async (t) => {
  const { database, open } = targetFile(t)
  let jobs = 0
  const texts = fc.array(fc.constantFrom(...HOSTILE_TEXTS, 'NULL'), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 5 }), async (lists) => {
      const made = everyType(
        ['"a'],
        lists.map((list) => list.join('')),
        { rows: 25, chunkRows: 10 },
      )
      const job = loadJobOf(databaseConfig(made, 'sqlite'), { jobId: `job_${jobs++}` })
      const name = job.tables[0]?.name ?? ''
      database.exec(`drop table if exists ${quoted(name)}`)
      await loadAll(open(job), job)
      assertSame(database, job.config, name)
    }),
    { numRuns: 30 },
  )
})

test('each chunk once, with foreign keys that hold', async (t) => {
  const { database, open } = targetFile(t)
  const job = loadJobOf(databaseConfig(shopConfig({ chunkRows: 100 }), 'sqlite'))
  const [customers] = job.tables
  assert.ok(customers)
  const target = open(job)
  await target.prepare({ signal: never })
  const [first] = storedChunks(job.config, customers.name)
  assert.ok(first)
  const broken = {
    ...first,
    async *read(options: { signal: AbortSignal }) {
      let pieces = 0
      for await (const piece of first.read(options)) {
        if (++pieces === 4) throw new AppError('part_missing', 'gone')
        yield piece
      }
    },
  }
  await assert.rejects(target.loadChunk(customers, broken, { signal: never }), /gone/)
  assert.deepEqual(await target.loaded(customers, { signal: never }), { chunks: 0, rows: 0 })
  const other = open(job)
  await Promise.all([loadOne(target, job, customers), loadOne(other, job, customers)])
  await loadAll(other, job)
  for (const { name } of job.tables) assertSame(database, job.config, name)
  assert.deepEqual(database.prepare('pragma foreign_key_check').all(), [])
  assert.equal(database.prepare(`select * from pragma_foreign_key_list('items')`).all().length, 2)
})

test('create refuses, append checks, truncate empties once', async (t) => {
  const { database, open } = targetFile(t)
  const config = databaseConfig(shopConfig({ chunkRows: 400 }), 'sqlite')
  database.exec('create table ORDERS (x int)')
  const made = loadJobOf(config, { jobId: 'job_a' })
  await assert.rejects(loadAll(open(made), made), failsWith(/table orders is there already/, false))
  assert.equal(
    database.prepare(`select * from sqlite_master where name = 'customers'`).all().length,
    0,
  )
  const append = loadJobOf(config, { jobId: 'job_b', mode: 'append' })
  await assert.rejects(
    loadAll(open(append), append),
    failsWith(/no table customers.*orders has no column id.*no table items/, false),
  )
  database.exec('drop table orders')
  await loadAll(open(made), made)
  const again = loadJobOf(config, { jobId: 'job_c', mode: 'truncate' })
  await loadAll(open(again), again)
  await loadAll(open(again), again)
  for (const { name } of made.tables) assertSame(database, config, name)
  await assert.rejects(
    loadAll(open(append), append),
    failsWith(/^customers, chunk 0: UNIQUE constraint failed/, false),
  )
})

test('a file that somebody holds is waited for, and then worth a retry', async (t) => {
  const { database, open } = targetFile(t)
  const job = loadJobOf(databaseConfig(shopConfig(), 'sqlite'))
  database.exec('begin immediate')
  await assert.rejects(loadAll(open(job, 100), job), /database is locked/)
  const loading = loadAll(open(job), job)
  setTimeout(() => database.exec('commit'), 60)
  await loading
  assertSame(database, job.config, 'customers')
})
