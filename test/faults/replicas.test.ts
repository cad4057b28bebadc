// Two coordinators: the one that holds the streams dies, the other goes on with its leases.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PEOPLE, SOME_SECONDS } from '#test/support/fault-configs.ts'
import { testStack } from '#test/support/stack.ts'

test('the coordinator with the streams is killed, the other takes over', async (t) => {
  const { stack, query, submit, untilShare, assertWhole } = await testStack(t, {
    workers: 2,
    coordinators: 2,
  })
  const jobId = await submit(PEOPLE, SOME_SECONDS)
  await untilShare(jobId, 0.2)
  const holders = await query<{ name: string }>(
    `select c.name from workers w join coordinators c on c.id = w.coordinator_id
     group by c.name order by count(*) desc`,
  )
  const victim = holders[0]?.name ?? ''
  assert.match(victim, /^coordinator-[12]$/)
  stack.kill(victim)
  await assertWhole(jobId, PEOPLE, SOME_SECONDS)
})
