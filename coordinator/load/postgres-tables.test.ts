// Tables in a real PostgreSQL as each mode wants them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shopConfig } from '#engine/testing/shop.ts'
import { databaseConfig, failsWith, loadAll, loadJobOf, never } from '#test/support/load.ts'
import { assertSame, targetServer } from '#test/support/load-postgres.ts'

test('create refuses tables that the job did not make, before any row', async (t) => {
  const { client, open } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig(), 'postgresql'))
  await client.query('create table orders (x int); create view items as select 1 as x')
  const target = open(job)
  const both = /table orders is there already.*table items is there already/
  await assert.rejects(loadAll(target, job), failsWith(both, false))
  const { rows } = await client.query(`select to_regclass('customers') as made`)
  assert.deepEqual(rows, [{ made: null }])
  const elsewhere = { ...job, schema: 'no such' }
  await assert.rejects(loadAll(open(elsewhere), elsewhere), /schema "no such" does not exist/)
})

test('a table that was dropped after it was made is made and loaded again', async (t) => {
  const { client, open } = await targetServer(t)
  const job = loadJobOf(databaseConfig(shopConfig(), 'postgresql'))
  await loadAll(open(job), job)
  await client.query('drop table items')
  await loadAll(open(job), job)
  await assertSame(client, job.config, 'items')
})

test('append adds to tables that are there, truncate empties them first, once', async (t) => {
  const { client, open, count } = await targetServer(t)
  const config = databaseConfig(shopConfig({ chunkRows: 400 }), 'postgresql')
  const first = loadJobOf(config, { jobId: 'job_a' })
  await loadAll(open(first), first)
  const items = await count('items')
  await client.query('delete from items; delete from orders; delete from customers')
  await client.query('alter table items add column extra int default 5')
  const append = loadJobOf(config, { jobId: 'job_b', mode: 'append' })
  await loadAll(open(append), append)
  await loadAll(open(append), append)
  assert.equal(await count('items'), items)
  for (const mode of ['truncate', 'append'] as const) {
    const again = loadJobOf(config, { jobId: `job_${mode}`, mode })
    const target = open(again)
    if (mode === 'append')
      await assert.rejects(
        loadAll(target, again),
        failsWith(/customers, chunk 0: duplicate/, false),
      )
    else {
      await loadAll(target, again)
      await loadAll(target, again)
      await assertSame(client, config, 'orders')
    }
  }
})

test('append says everything that does not fit', async (t) => {
  const { client, open } = await targetServer(t)
  await client.query(`create table customers (id bigint generated always as identity, "first" text,
    must int not null, may int not null default 1)`)
  const job = loadJobOf(databaseConfig(shopConfig(), 'postgresql'), { mode: 'append' })
  await assert.rejects(open(job).prepare({ signal: never }), (error) => {
    for (const words of [
      /customers has no column last/,
      /customers has no column income/,
      /column id of customers is filled by the database alone/,
      /column must of customers needs a value/,
      /no table orders.*no table items/,
    ])
      failsWith(words, false)(error)
    return !/may/.test(String(error))
  })
})
