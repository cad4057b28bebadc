// Each service dies by SIGKILL in the middle of a job and is started again: the job goes on where the ledger is.

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { PEOPLE, SOME_SECONDS } from '#test/support/fault-configs.ts'
import { testStack } from '#test/support/stack.ts'

test('services that come and go', async (t) => {
  const { stack, submit, untilShare, assertWhole } = await testStack(t, { workers: 2 })

  for (const name of ['coordinator-1', 'parts', 'temporal', 'postgres'])
    await t.test(`${name} is killed with SIGKILL`, async () => {
      const jobId = await submit(PEOPLE, SOME_SECONDS)
      await untilShare(jobId, 0.2)
      stack.kill(name)
      const job = await assertWhole(jobId, PEOPLE, SOME_SECONDS)
      assert.equal(job.retries, 0, 'infrastructure burns no attempts')
      await stack.waitHealthy()
    })

  await t.test('Temporal loses its database', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    await stack.halt('temporal')
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(stack.dataDir, `temporal.db${suffix}`), { force: true })
    await stack.restart('temporal')
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
  })

  await t.test('everything is killed at once and started again', async () => {
    const jobId = await submit(PEOPLE, SOME_SECONDS)
    await untilShare(jobId, 0.2)
    for (const { name } of stack.processes) stack.kill(name)
    await stack.waitHealthy()
    await assertWhole(jobId, PEOPLE, SOME_SECONDS)
  })
})
