// Paying once: Temporal forgets everything between the signing and the posting of a transaction.

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { heldGateway } from '#test/support/held-gateway.ts'
import { testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const REQUEST = {
  rows: 20_000,
  publish: { ipfs: true, arweave: true, max_price_winston: '1000000000000' },
}

type Payments = Record<string, { total: string; transactions: { id: string }[] }>

test('Arweave is paid once, whatever Temporal forgets', async (t) => {
  const gateway = await heldGateway(t)
  const env = { ARWEAVE_URL: gateway.url }
  const { stack, api, query, submit, assertWhole } = await testStack(t, {
    workers: 1,
    env: { parts: env, coordinator: env },
    onPlan: ({ arweaveUrl }) => gateway.connectTo(arweaveUrl),
  })
  gateway.hold()
  const jobId = await submit(PEOPLE, REQUEST)
  await waitFor(async () => gateway.held() > 0, { what: 'the transaction being posted' })
  await stack.halt('temporal')
  for (const suffix of ['', '-wal', '-shm'])
    await rm(join(stack.dataDir, `temporal.db${suffix}`), { force: true })
  stack.kill('parts')
  await stack.restart('temporal')
  gateway.release()
  const job = await assertWhole(jobId, PEOPLE, REQUEST)
  const { arweave, sha256 } = job.outputs[0] ?? {}
  const payments = (await (await fetch(`${stack.arweave_url}/dev/payments`)).json()) as Payments
  const paid = Object.values(payments).flatMap(({ transactions }) => transactions)
  assert.deepEqual(
    paid.map(({ id }) => id),
    [arweave?.id],
  )
  const data = await fetch(`${stack.arweave_url}/${arweave?.id}`)
  const bytes = Buffer.from(await data.arrayBuffer())
  const { createHash } = await import('node:crypto')
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256)
  const [project] = await query<{ spent: string; reward: string }>(
    `select p.arweave_spent_winston as spent, t.reward_winston as reward from projects p, arweave_transactions t`,
  )
  assert.equal(project?.spent, project?.reward, 'booked once')
  await waitFor(async () => (await api.job(jobId)).outputs[0]?.arweave?.status === 'confirmed', {
    what: 'the confirmation',
    timeoutMs: 60_000,
  })
})
