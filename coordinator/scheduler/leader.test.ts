// Who leads, on a real Postgres.

import assert from 'node:assert/strict'
import test from 'node:test'
import { pino } from 'pino'
import { testDatabase } from '#test/support/postgres.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { createLeader } from './leader.ts'

const log = pino({ level: 'silent' })

test('of two schedulers one works; when its connection is cut the other goes on, and nothing is written twice', async (t) => {
  const { url, database } = await testDatabase(t)
  await database.query('create table ticks (who text, at timestamptz default clock_timestamp())')
  const scheduler = (who: string) =>
    createLeader(
      {
        ...{ url, log },
        work: async (sql) => {
          const [row] = await sql.query<{ limit: string }>(
            `select current_setting('idle_session_timeout') as limit`,
          )
          assert.equal(row?.limit, '60015ms', 'a session that falls silent would keep the lock')
          await sql.query('insert into ticks (who) values ($1)', [who])
        },
      },
      { everyMs: 5 },
    )
  const first = scheduler('first')
  await waitFor(async () => first.isLeading(), { what: 'the first to lead' })
  const second = scheduler('second')
  t.after(async () => {
    await first.close()
    await second.close()
  })
  const writers = async () =>
    (await database.query<{ who: string }>('select distinct who from ticks order by 1')).map(
      ({ who }) => who,
    )
  await waitFor(async () => second.idleMs() < 2_000 && (await writers()).length > 0, {
    what: 'ticks',
  })
  assert.deepEqual(await writers(), ['first'])
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
       and pid <> pg_backend_pid()`,
  )
  await first.close()
  await waitFor(async () => (await writers()).length === 2, { what: 'the second to lead' })
  const turns = await database.query<{ who: string }>('select who from ticks order by at')
  const changes = turns.filter(({ who }, i) => i > 0 && turns[i - 1]?.who !== who)
  assert.equal(changes.length, 1, 'they do not take turns')
})

test('work that fails is given up for a moment, and begun again; its signal ends it', async (t) => {
  const { url } = await testDatabase(t)
  let times = 0
  const aborted = Promise.withResolvers<unknown>()
  const leader = createLeader(
    {
      ...{ url, log },
      work: async (_, { signal }) => {
        times++
        if (times === 1) throw new Error('the database did not take it')
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        aborted.resolve(signal.reason)
      },
    },
    { everyMs: 1 },
  )
  await waitFor(async () => times === 2, { what: 'the second try' })
  await leader.close()
  assert.match(String(await aborted.promise), /the scheduler stops/)
  assert.equal(leader.isLeading(), false)
})
