import assert from 'node:assert/strict'
import test from 'node:test'
import type { Database } from '#coordinator/database/database.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { createAudit } from './audit.ts'

const entry = (resource: string) =>
  ({ principal: 'usr_1', action: 'job.cancel', resource, outcome: 'allowed' }) as const

test('records are stored in order, with their details', async (t) => {
  const { database } = await testDatabase(t)
  const audit = createAudit(database, { onError: assert.fail })
  audit.record({ ...entry('a'), details: { status: 202 } })
  for (let n = 0; n < 1200; n++) audit.record(entry(`b${n}`))
  await audit.close()
  const rows = await database.query('select resource, details from audit_log order by id')
  assert.equal(rows.length, 1201)
  assert.deepEqual(rows[0], { resource: 'a', details: { status: 202 } })
  assert.deepEqual(rows.at(-1), { resource: 'b1199', details: {} })
})

test('text that Postgres does not take holds nothing up', async (t) => {
  const { database } = await testDatabase(t)
  const audit = createAudit(database, { onError: assert.fail })
  const details = { reason: 'a\0b\ud800 \\u0000' }
  audit.record({ ...entry('r\0'), principal: 'p\0\udc00', details })
  await audit.close()
  assert.deepEqual(await database.query('select principal, resource, details from audit_log'), [
    { principal: 'p\ufffd', resource: 'r', details: { reason: 'ab\ufffd \\u0000' } },
  ])
})

test('while the database is away records wait, bounded, and nobody notices but the log', async (t) => {
  const { database } = await testDatabase(t)
  let away = true
  const errors: string[] = []
  const flaky: Database = {
    ...database,
    query: (text, values) =>
      away ? Promise.reject(new Error('away')) : database.query(text, values),
  }
  const audit = createAudit(flaky, { onError: ({ message }) => errors.push(message) })
  for (let n = 0; n < 10_500; n++) audit.record(entry(`r${n}`))
  await audit.flush()
  assert.ok(errors.some((message) => /new ones are dropped/.test(message)))
  assert.equal(errors.filter((message) => /dropped/.test(message)).length, 1)
  away = false
  await audit.close()
  const [row] = await database.query('select count(*) as n from audit_log')
  assert.deepEqual(row, { n: 10_000 })
})
