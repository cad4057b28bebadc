import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Sql } from '#coordinator/database/database.ts'
import { notify } from '#coordinator/database/notifications.ts'
import { type ChunkResult, commitBatch } from '#coordinator/ledger/commit.ts'
import { ORDERS } from '#test/support/configs.ts'
import { restApp } from '#test/support/rest-app.ts'
import { openEvents, type ServerEvent } from '#test/support/server-events.ts'
import { readEvents } from './event-log.ts'
import { appendEvent } from './events.ts'

async function watched(t: TestContext) {
  const rest = await restApp(t)
  const body = { config: ORDERS, chunk_rows: 10 }
  const { json } = await rest.call(rest.alice, 'POST', '/api/jobs', { body })
  const id = String(json['job_id'])
  await rest.database.query(
    `update jobs set status = 'generating', started_at = now() where id = $1`,
    [id],
  )
  const origin = await rest.app.listen({ host: '127.0.0.1', port: 0 })
  const open = (headers: Record<string, string> = {}) =>
    openEvents(t, `${origin}/api/jobs/${id}/events`, { 'x-api-key': rest.alice.key, ...headers })
  const log = (message: string, sql?: Sql) => {
    const event = { jobId: id, kind: 'log' as const, message }
    return sql === undefined
      ? rest.database.transaction((own) => appendEvent(own, event))
      : appendEvent(sql, event)
  }
  const finish = () =>
    rest.database.transaction(async (sql) => {
      await sql.query(`update jobs set status = 'completed', finished_at = now() where id = $1`, [
        id,
      ])
      await appendEvent(sql, {
        jobId: id,
        kind: 'done',
        message: 'job completed',
        data: { status: 'completed' },
      })
    })
  return { ...rest, id, open, log, finish }
}

const chunk = (jobId: string, chunkNo: number): ChunkResult => ({
  jobId,
  tableNo: 1,
  chunkNo,
  cid: `cid${chunkNo}`,
  bytes: 100,
  dagBytes: 100,
  rows: 10,
  workerId: 'wrk_1',
  region: 'us-east',
  leaseId: 'lease',
  durationMs: 3,
  drawnRows: 0,
  metRows: 0,
})

const numbered = (events: ServerEvent[]) => events.filter(({ id }) => id !== null)
const messages = (events: ServerEvent[]) =>
  events.filter(({ event }) => event === 'log').map(({ data }) => data['message'])

test('the stream tells the whole story, ends after done, and its last progress is the final one', async (t) => {
  const { id, open, log, finish, database } = await watched(t)
  const stream = await open()
  await commitBatch(database, [chunk(id, 0), chunk(id, 1)])
  await log('halfway')
  await commitBatch(database, [chunk(id, 2)])
  await finish()
  const events = await stream.rest()
  assert.deepEqual(
    numbered(events).map(({ event }) => event),
    ['log', 'chunk', 'chunk', 'log', 'chunk', 'done'],
  )
  const ids = numbered(events).map(({ id: seq }) => Number(seq))
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  )
  const first = events.find(({ event }) => event === 'chunk')
  assert.partialDeepStrictEqual(first?.data, {
    table: 'orders',
    chunk: 0,
    rows: 10,
    cid: 'cid0',
    region: 'us-east',
  })
  const progress = events.findLast(({ event }) => event === 'progress')
  assert.partialDeepStrictEqual(progress?.data, { status: 'completed', chunks_completed: 3 })
  assert.equal(events.at(-1)?.event, 'done')
  assert.equal(events.at(-1)?.data['status'], 'completed')
})

test('Last-Event-ID resumes with exactly what comes after it, wherever the stream was cut', async (t) => {
  const { id, open, log, finish, database } = await watched(t)
  for (const n of [0, 1, 2]) {
    await commitBatch(database, [chunk(id, n)])
    await log(`after ${n}`)
  }
  await finish()
  const all = numbered(await (await open()).rest())
  assert.equal(all.length, 8)
  for (const [at, { id: cut }] of all.slice(0, -1).entries()) {
    const resumed = await open({ 'last-event-id': cut ?? '' })
    assert.deepEqual(numbered(await resumed.rest()), all.slice(at + 1))
  }
})

test('an event whose number is lower but commits later is never missed', async (t) => {
  const { id, open, log, finish, database } = await watched(t)
  const stream = await open()
  const read = async () => messages([(await nextNumbered(stream)) as ServerEvent])
  assert.match(String((await read())[0]), /^Submitted/)
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const slow = database.transaction(async (sql) => {
    await log('slow', sql)
    begun.resolve()
    await held.promise
  })
  await begun.promise
  const fast = log('fast')
  const chunks = commitBatch(database, [chunk(id, 0)])
  // Nobody can take a number while the slow writer holds the job: there is nothing to see yet.
  assert.deepEqual(await readEvents(database, { jobId: id, after: 1, limit: 10 }), [])
  held.resolve()
  await Promise.all([slow, fast, chunks])
  await finish()
  const rest = numbered(await stream.rest())
  assert.equal(messages(rest)[0], 'slow')
  assert.deepEqual(rest.map(({ event }) => event).toSorted(), ['chunk', 'done', 'log', 'log'])
})

async function nextNumbered(stream: Awaited<ReturnType<typeof openEvents>>) {
  for (;;) {
    const event = await stream.next()
    if (event === null || event.id !== null) return event
  }
}

test('many watch one job and each sees every event once, whenever it came', async (t) => {
  const { id, open, finish, database } = await watched(t)
  const early = await Promise.all(Array.from({ length: 10 }, () => open()))
  for (let n = 0; n < 15; n++) await commitBatch(database, [chunk(id, n)])
  const late = await open()
  await finish()
  for (const stream of [...early, late]) {
    const chunks = (await stream.rest()).filter(({ event }) => event === 'chunk')
    assert.deepEqual(
      chunks.map(({ data }) => data['chunk']),
      Array.from({ length: 15 }, (_, n) => n),
    )
  }
})

test('a watcher far behind the shared window reads on from Postgres without a gap', async (t) => {
  const { id, open, finish, database } = await watched(t)
  await database.query(
    `insert into chunks (job_id, table_no, chunk_no, cid, bytes, dag_bytes, rows, worker_id, region, lease_id, duration_ms)
     select $1, 1, n, 'c' || n, 1, 1, 1, 'w', 'r', 'l', 1 from generate_series(0, 4999) n order by n`,
    [id],
  )
  const stream = await open()
  await finish()
  const chunks = (await stream.rest()).filter(({ event }) => event === 'chunk')
  assert.equal(chunks.length, 5000)
  assert.equal(new Set(chunks.map(({ id: seq }) => seq)).size, 5000)
})

test('progress comes at most four times a second and shows the newest state', async (t) => {
  const { id, open, log, finish, database } = await watched(t)
  const stream = await open()
  const startedMs = performance.now()
  for (let n = 0; n < 20; n++) {
    await commitBatch(database, [chunk(id, n)])
    await log(`line ${n}`)
  }
  await finish()
  const events = await stream.rest()
  const seconds = (performance.now() - startedMs) / 1000
  const progress = events.filter(({ event }) => event === 'progress')
  // The first, the last, and four a second between them.
  assert.ok(progress.length <= 2 + Math.ceil(4 * seconds), `${progress.length} in ${seconds} s`)
  assert.equal(progress.at(-1)?.data['chunks_completed'], 20)
})

test('progress that shows nothing new is not told again', async (t) => {
  const { id, open, finish, database } = await watched(t)
  await database.query(`update jobs set status = 'paused' where id = $1`, [id])
  const stream = await open()
  for (let n = 0; n < 4; n++) {
    await notify(database, 'job', id)
    await setTimeout(300)
  }
  await finish()
  const told = (await stream.rest()).filter(({ event }) => event === 'progress')
  assert.deepEqual(
    told.map(({ data }) => data['status']),
    ['paused', 'completed'],
  )
})

test('a job that ended without a last word still ends its streams', async (t) => {
  const { id, open, database } = await watched(t)
  await database.query(`update jobs set status = 'failed' where id = $1`, [id])
  const events = await (await open()).rest()
  assert.deepEqual(events.at(-1), { id: null, event: 'done', data: { status: 'failed' } })
})

test('closing the app ends its streams', async (t) => {
  const { open, app } = await watched(t)
  const stream = await open()
  await stream.next()
  const rest = stream.rest()
  await app.close()
  assert.equal(
    (await rest).some(({ event }) => event === 'done'),
    false,
  )
})

test('a deleted job ends its streams, an id of another form is refused', async (t) => {
  const { id, open, alice, call } = await watched(t)
  const refused = await call(alice, 'GET', `/api/jobs/${id}/events?last_event_id=x`)
  assert.equal(refused.status, 400)
  const stream = await open()
  await stream.next()
  await call(alice, 'DELETE', `/api/jobs/${id}`)
  const last = (await stream.rest()).at(-1)
  assert.ok(last === undefined || last.event === 'done' || last.event === 'log')
})

test('logs are the newest lines, oldest first', async (t) => {
  const { id, log, alice, call } = await watched(t)
  for (const n of [1, 2, 3]) await log(`line ${n}`)
  const { json } = await call(alice, 'GET', `/api/jobs/${id}/logs?lines=2`)
  const lines = json['lines'] as { message: string; level: string }[]
  assert.deepEqual(
    lines.map(({ message, level }) => [level, message]),
    [
      ['info', 'line 2'],
      ['info', 'line 3'],
    ],
  )
})
