// Loading into a real MySQL or MariaDB: every value, each chunk once, tables as the mode wants them.

import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { ConnectionOptions, OpenedServer } from '#coordinator/connections/connection.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
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
import { mysqlProgram, NO_MYSQL, startMysql } from '#test/support/mysql.ts'
import { createMysqlTarget } from './mysql.ts'
import type { LoadJob, Target } from './target.ts'

const program = mysqlProgram()
const options = { skip: program === null ? NO_MYSQL : false }
let port = 0
let stop = async () => {}
before(async () => {
  if (program !== null) ({ port, stop } = await startMysql(program))
})
after(() => stop())

type Server = {
  client: Connection
  open: (job: LoadJob, options?: Partial<ConnectionOptions>) => Target
}

let databases = 0

async function server(t: TestContext): Promise<Server> {
  const database = `target_${databases++}`
  const client = await createConnection({ host: '127.0.0.1', port, user: 'root' })
  await client.query(`create database ${database}`)
  await client.query(`use ${database}`)
  const targets: Target[] = []
  t.after(async () => {
    for (const target of targets) await target.close()
    await client.end()
  })
  const place = { kind: 'mysql', host: '127.0.0.1', servername: 'localhost', port } as const
  const who = { database, user: 'root', password: undefined, tls: 'disable' } as const
  return {
    client,
    open(job, more = {}) {
      const opened: OpenedServer = { ...place, ...who, options: { ...OPTIONS, ...more } }
      const target = createMysqlTarget(opened, job)
      targets.push(target)
      return target
    },
  }
}

const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``

function told(value: Scalar, type: string): Scalar {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return value
  return type === 'datetime' ? value.replace('T', ' ').replace('Z', '') : value.toWellFormed()
}

async function assertSame(client: Connection, config: ResolvedConfig, name: string) {
  const columns = config.tables.find((table) => table.name === name)?.columns ?? []
  const list = columns.map((one, i) => `${quoted(one.name)} as c${i}`).join(', ')
  const [rows] = await client.query<RowDataPacket[]>({
    sql: `select ${list} from ${quoted(name)}`,
    typeCast: (field) => field.string('utf8'),
  })
  const numeric = ['int', 'float', 'decimal', 'bool']
  const found = rows.map((row) =>
    columns.map(({ type }, i) => {
      const value = row[`c${i}`] as string | null
      return numeric.includes(type) && value !== null ? Number(value) : value
    }),
  )
  const expected = rowsOf(config, name).map((row) =>
    row.map((value, i) => told(value, columns[i]?.type ?? '')),
  )
  assert.deepEqual(sorted(found), sorted(expected))
}

test('every type and hostile values arrive, by LOAD DATA and by INSERT', options, async (t) => {
  const { client, open } = await server(t)
  let jobs = 0
  const texts = fc.array(fc.constantFrom(...HOSTILE_TEXTS, 'NULL', '日本'), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(texts, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (lists, copy) => {
        const made = everyType(
          ['"a', '`b'],
          lists.map((list) => list.join('')),
          { rows: 25, chunkRows: 10 },
        )
        const job = loadJobOf(databaseConfig(made, 'mysql'), { jobId: `job_${jobs++}` })
        const name = job.tables[0]?.name ?? ''
        await client.query(`drop table if exists ${quoted(name)}`)
        const target = open(job, { copy })
        await loadAll(target, job)
        await target.close()
        await assertSame(client, job.config, name)
      },
    ),
    { numRuns: 30 },
  )
})

test('each chunk once: killed in the middle, repeated, and by two at once', options, async (t) => {
  const { client, open } = await server(t)
  for (const copy of [true, false]) {
    const config = databaseConfig(shopConfig({ chunkRows: 50 }), 'mysql')
    const job = loadJobOf(config, { jobId: `job_${copy}` })
    await client.query('drop table if exists items, orders, customers')
    const [customers] = job.tables
    assert.ok(customers)
    const target = open(job, { copy })
    await target.prepare({ signal: never })
    const [first] = storedChunks(job.config, customers.name)
    assert.ok(first)
    const half = {
      ...first,
      async *read(how: { signal: AbortSignal }) {
        let pieces = 0
        for await (const piece of first.read(how)) {
          yield piece
          if (++pieces === 3) await killOthers(client)
        }
      },
    }
    await assert.rejects(target.loadChunk(customers, half, { signal: never }))
    assert.deepEqual(await target.loaded(customers, { signal: never }), { chunks: 0, rows: 0 })
    const other = open(job, { copy })
    await Promise.all([loadOne(target, job, customers), loadOne(other, job, customers)])
    await loadAll(other, job)
    for (const { name } of job.tables) await assertSame(client, config, name)
    await target.close()
    await other.close()
  }
})

async function killOthers(client: Connection): Promise<void> {
  const [rows] = await client.query<RowDataPacket[]>(
    'select id from information_schema.processlist where db = database() and id <> connection_id()',
  )
  for (const { id } of rows) await client.query(`kill ${Number(id)}`)
}

test('create refuses, append checks, truncate empties once', options, async (t) => {
  const { client, open } = await server(t)
  const config = databaseConfig(shopConfig({ chunkRows: 400 }), 'mysql')
  await client.query('create table orders (x int, must int not null)')
  const made = loadJobOf(config, { jobId: 'job_a' })
  await assert.rejects(loadAll(open(made), made), failsWith(/table orders is there already/, false))
  const append = loadJobOf(config, { jobId: 'job_b', mode: 'append' })
  await assert.rejects(
    loadAll(open(append), append),
    failsWith(
      /no table customers.*orders has no column id.*must of orders needs.*no table items/,
      false,
    ),
  )
  await client.query('drop table orders')
  await loadAll(open(made), made)
  const again = loadJobOf(config, { jobId: 'job_c', mode: 'truncate' })
  await loadAll(open(again), again)
  await loadAll(open(again), again)
  for (const { name } of made.tables) await assertSame(client, config, name)
  for (const copy of [true, false])
    await assert.rejects(
      loadAll(open(append, { copy }), append),
      failsWith(/^customers, chunk 0: Duplicate entry/, false),
    )
})

test('a value that the column cuts is refused, not cut', options, async (t) => {
  const { client, open } = await server(t)
  const config = databaseConfig(shopConfig({ chunkRows: 400 }), 'mysql')
  for (const copy of [true, false]) {
    const job = loadJobOf(config, { jobId: `job_${copy}` })
    await client.query('drop table if exists items, orders, customers')
    const target = open(job, { copy })
    await target.prepare({ signal: never })
    await client.query('alter table customers modify first varchar(3)')
    await assert.rejects(
      loadAll(target, job),
      failsWith(/^customers, chunk [01]: Data too long|truncated/, false),
    )
    assert.deepEqual(await target.loaded(job.tables[0]!, { signal: never }), { chunks: 0, rows: 0 })
    await target.close()
  }
})
