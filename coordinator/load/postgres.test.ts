// Loading into a real PostgreSQL: every value, and each chunk once whatever dies.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
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
  resolvedFor,
  storedChunks,
} from '#test/support/load.ts'
import { assertSame, quoted, targetServer } from '#test/support/load-postgres.ts'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(fc.constantFrom(...HOSTILE_TEXTS, 'NULL'), { maxLength: 4 })
    .map((list) => list.join('')),
)

test('every type and hostile values arrive as they are, by COPY and by INSERT', async (t) => {
  const { client, open } = await targetServer(t)
  let jobs = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostileText, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (texts, copy) => {
        const made = everyType(['"a', "o'b"], texts, { rows: 25, chunkRows: 10 })
        const job = loadJobOf(databaseConfig(made, 'postgresql'), { jobId: `job_${jobs++}` })
        const name = job.tables[0]?.name ?? ''
        await client.query(`drop table if exists ${quoted(name)}`)
        const target = open(job, { copy })
        await loadAll(target, job)
        await target.close()
        await assertSame(client, job.config, name)
      },
    ),
    { numRuns: 40 },
  )
})

test('a table of one column, whose lines could be marks', async (t) => {
  const { client, open } = await targetServer(t)
  for (const copy of [true, false]) {
    const made = resolvedFor(
      'postgresql',
      `
seed: 1
tables:
  - name: lines
    rows: 60
    columns:
      - {name: line, type: str, nullable: 0.2, rule: {type: choice, value: ["\\\\.", "NULL", "", " ", "\\n", "x"]}}
`,
      9,
    )
    const job = loadJobOf(made, { jobId: `job_${copy}` })
    await client.query('drop table if exists lines')
    await loadAll(open(job, { copy }), job)
    await assertSame(client, job.config, 'lines')
  }
})

test('values that files show in a layout or a zone arrive as values', async (t) => {
  const { client, open } = await targetServer(t)
  const made = resolvedFor(
    'postgresql',
    `
seed: 3
tables:
  - name: shown
    rows: 50
    columns:
      - {name: id, type: int, constraints: [PK], format: "000000"}
      - {name: day, type: date, format: "%d.%m.%Y"}
      - {name: ok, type: bool, format: yes/no}
      - {name: called, type: datetime, rule: {type: datetime, last: 9 days, zone: Europe/Berlin}}
      - {name: tags, type: json, rule: {type: array, items: {type: int, rule: {type: range, min: 1, max: 3}}, length: 2}}
`,
  )
  const job = loadJobOf(made)
  await loadAll(open(job), job)
  const { rows } = await client.query(
    `select min(id) as first, bool_or(ok) as some, bool_and(ok) as every, min(json_array_length(tags)) as tags,
       max(called) < timestamp '1970-01-01 00:00:01' as past, count(day) as days from shown`,
  )
  assert.deepEqual(rows, [
    { first: '1', some: true, every: false, tags: 2, past: true, days: '50' },
  ])
})

test('tables that refer to each other: keys at the end, no orphans', async (t) => {
  const { client, open } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig({ chunkRows: 333 }), 'postgresql'))
  await loadAll(open(job), job)
  for (const { name } of job.tables) await assertSame(client, job.config, name)
  const keys = `select conrelid::regclass::text as child, confrelid::regclass::text as parent
    from pg_constraint where contype = 'f' and conrelid in ('orders'::regclass, 'items'::regclass) order by 1, 2`
  const expected = [
    { child: 'items', parent: 'customers' },
    { child: 'items', parent: 'orders' },
    { child: 'orders', parent: 'customers' },
  ]
  assert.deepEqual((await client.query(keys)).rows, expected)
  await loadAll(open(job), job)
  assert.deepEqual((await client.query(keys)).rows, expected)
})

test('each chunk once: killed in the middle, repeated, and by two at once', async (t) => {
  const { client, open, count } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig({ chunkRows: 50 }), 'postgresql'))
  const [customers] = job.tables
  assert.ok(customers)
  const target = open(job)
  await target.prepare({ signal: never })
  const chunks = storedChunks(job.config, customers.name)
  const [first, second] = chunks
  assert.ok(first && second)
  assert.equal(await target.loadChunk(customers, first, { signal: never }), true)
  assert.equal(await target.loadChunk(customers, first, { signal: never }), false)
  // The server ends the connection when half of the rows are there.
  const half = {
    ...second,
    async *read(options: { signal: AbortSignal }) {
      let pieces = 0
      for await (const piece of second.read(options)) {
        yield piece
        if (++pieces === 3)
          await client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'syndata' and datname = current_database()`,
          )
      }
    },
  }
  await assert.rejects(target.loadChunk(customers, half, { signal: never }))
  assert.equal(await count('customers'), 50)
  assert.deepEqual(await target.loaded(customers, { signal: never }), { chunks: 1, rows: 50 })
  const other = open(job)
  await Promise.all([loadOne(target, job, customers), loadOne(other, job, customers)])
  await loadOne(other, job, customers)
  await assertSame(client, job.config, 'customers')
})

test('a cancelled load stops in the middle of a chunk and goes on later', async (t) => {
  const { client, open } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig({ chunkRows: 50 }), 'postgresql'))
  const [customers] = job.tables
  assert.ok(customers)
  const target = open(job)
  await target.prepare({ signal: never })
  const stop = new AbortController()
  const [first] = storedChunks(job.config, customers.name)
  assert.ok(first)
  const endless = {
    ...first,
    async *read() {
      for await (const piece of first.read({ signal: never })) yield piece
      stop.abort(new Error('cancelled'))
      await new Promise(() => undefined)
    },
  }
  const loading = target.loadChunk(customers, endless, { signal: stop.signal })
  await assert.rejects(Promise.race([loading, aborted(stop.signal)]), /cancelled/)
  await loadOne(target, job, customers)
  await assertSame(client, job.config, 'customers')
})

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  )

test('a refused row ends the load with table, chunk and the server’s words', async (t) => {
  const { client, open } = await targetServer(t)
  const config = databaseConfig(shopConfig({ chunkRows: 100 }), 'postgresql')
  for (const copy of [true, false]) {
    const job = loadJobOf(config, { jobId: `job_${copy}` })
    await client.query('drop table if exists items, orders, customers')
    const target = open(job, { copy })
    await target.prepare({ signal: never })
    await client.query(`alter table customers add constraint few check (id <= 250)`)
    await assert.rejects(
      loadAll(target, job),
      failsWith(
        /^customers, chunk [2-6]: .*violates check constraint "few" \(SQLSTATE 23514\)/,
        false,
      ),
    )
    await client.query(`alter table customers drop constraint few`)
    await loadAll(target, job)
    await assertSame(client, config, 'customers')
  }
})

test('a statement that takes too long and a server that is away are worth a retry', async (t) => {
  const { client, open } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig(), 'postgresql'))
  const target = open(job, { statement_timeout_ms: 200 })
  await target.prepare({ signal: never })
  await client.query('begin; lock table customers')
  await assert.rejects(
    loadAll(target, job),
    failsWith(/customers, chunk 0: .*SQLSTATE 57014/, true),
  )
  await client.query('rollback')
  await loadAll(target, job)
  await assertSame(client, job.config, 'customers')
})

test('rows that refer to rows before them are written in order where keys are checked', async (t) => {
  const { client, open } = await targetServer(t)
  const config = resolvedFor(
    'postgresql',
    `
seed: 5
tables:
  - name: staff
    rows: 500
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: boss, type: int, constraints: [FK]}
    foreign_keys:
      - {parent_table: staff, parent_column: id, child_column: boss, tree: {depth: 4, roots: 3}}
`,
    20,
  )
  const job = loadJobOf(config)
  await loadAll(open(job), job)
  const append = loadJobOf(config, { jobId: 'job_2', mode: 'truncate' })
  await loadAll(open(append), append)
  await assertSame(client, config, 'staff')
})
