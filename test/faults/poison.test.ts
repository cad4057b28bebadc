// A chunk that no worker can make is given up with its cause; the others stay, and a retry completes the job once
// the cause is gone. Workers that die on a chunk condemn it, those that come back do not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEASE_SIZE } from '#coordinator/workflows/policies.ts'
import { ONE_CHUNK, SLOW } from '#test/support/fault-configs.ts'
import { doneOf, makeChunk, putPart } from '#test/support/honest-chunk.ts'
import { newToken, restOf } from '#test/support/rest.ts'
import { type Line, scriptedWorker } from '#test/support/scripted-worker.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'

const WORKERS = 2
const CHUNKS = 64
/** Of short chunks. */
const CHUNKS_PER_LEASE = CHUNKS / (WORKERS * LEASE_SIZE.leasesPerSlotMin)
const POISONED = 21
const CHUNK_ROWS = 1_000
const REQUEST = { rows: CHUNKS * CHUNK_ROWS, chunk_rows: CHUNK_ROWS }

/** The rows of one chunk are long. */
const LOPSIDED = {
  seed: 5,
  tables: [
    {
      name: 'notes',
      columns: [
        { name: 'id', type: 'int', constraints: ['PK'] },
        {
          name: 'note',
          type: 'str',
          rule: { type: 'constant', value: 'short' },
          conditional_rules: [
            {
              condition: {
                all: [
                  { column: 'id', operator: '>', value: POISONED * CHUNK_ROWS },
                  { column: 'id', operator: '<=', value: (POISONED + 1) * CHUNK_ROWS },
                ],
              },
              rule: { type: 'constant', value: 'long'.repeat(50) },
            },
          ],
        },
      ],
    },
  ],
}

type Failure = { kind: string; worker_id: string; code: string; message: string }

test('poison chunks', async (t) => {
  // Read at every start of a process.
  const limits: Record<string, string> = { SYNDATA_PART_MAX_BYTES: '100000' }
  const { stack, api, query, submit, assertWhole } = await testStack(t, {
    workers: WORKERS,
    env: { parts: limits, coordinator: limits, worker: { SYNDATA_THREADS: '1' } },
  })
  const rest = restOf(stack)
  const { failuresOf, deadOf, holderAfter, lossesOf, untilLost } = watch(query)
  const newScripted = async () => scriptedWorker(t, (await newToken(rest, 'asia-pacific')).text)

  await t.test('a part over the limit: the second worker that says so ends it', async () => {
    const jobId = await submit(LOPSIDED, REQUEST)
    const job = await api.until(jobId, ({ status }) => status === 'failed')
    const { message, ...error } = job.error as { message: string }
    assert.deepEqual(error, {
      code: 'poison_chunk',
      cause: 'payload_too_large',
      table: 'notes',
      chunk: POISONED,
      chunks: 1,
      hint: 'Remove the cause named in the job error, then retry the job.',
    })
    assert.match(message, /413.* at most 100000 bytes/)
    assert.deepEqual(await deadOf(jobId), [{ chunk_no: POISONED, code: 'payload_too_large' }])
    const failures = await failuresOf(jobId)
    assert.equal(failures.length, 2, 'two workers agree: nothing more is tried')
    assert.equal(new Set(failures.map(({ worker_id }) => worker_id)).size, 2)
    assert.equal(job.retries, 2)
    const first = POISONED - (POISONED % CHUNKS_PER_LEASE)
    const made = await query<{ chunk_no: number }>(
      `select chunk_no from chunks where job_id = $1 and chunk_no >= $2 and chunk_no < $3 order by 1`,
      [jobId, first, first + CHUNKS_PER_LEASE],
    )
    const others = Array.from({ length: CHUNKS_PER_LEASE }, (_, i) => first + i)
    assert.deepEqual(
      made.map(({ chunk_no }) => chunk_no),
      others.filter((chunk) => chunk !== POISONED),
    )

    delete limits['SYNDATA_PART_MAX_BYTES']
    await Promise.all(['parts', 'coordinator-1'].map((name) => stack.restart(name)))
    await stack.waitHealthy()
    assert.equal(await api.post(`/api/jobs/${jobId}/retry`), 202)
    await assertWhole(jobId, LOPSIDED, REQUEST)
    assert.deepEqual(await deadOf(jobId), [])
  })

  await t.test('the third worker that dies on a chunk ends it', async () => {
    const jobId = await submit(SLOW, ONE_CHUNK)
    let killed = '-infinity'
    for (let losses = 1; losses <= 3; losses++) {
      const holder = await holderAfter(killed)
      killed = holder.assigned_at
      stack.kill(holder.name)
      await untilLost(jobId, losses)
    }
    const job = await api.until(jobId, ({ status }) => status === 'failed')
    const { code, cause, table, chunk } = job.error as Record<string, unknown>
    assert.deepEqual([code, cause, table, chunk], ['poison_chunk', 'worker_lost', 'wide', 0])
    assert.deepEqual(await deadOf(jobId), [{ chunk_no: 0, code: 'worker_lost' }])
    assert.equal(job.retries, 0, 'a lost worker is not a failed chunk')
    await stack.waitHealthy()
    assert.equal(await api.post(`/api/jobs/${jobId}/retry`), 202)
    await assertWhole(jobId, SLOW, ONE_CHUNK)
  })

  await t.test('a chunk that two workers died on is tried alone', async () => {
    const [one, two] = await Promise.all([newScripted(), newScripted()])
    const first = await one.serve()
    const jobId = await submit(LOPSIDED, { ...REQUEST, regions: ['asia-pacific'] })
    const suspect = (await first.next('assign')).chunks[0] as number
    await first.cut()
    await untilLost(jobId, 1)
    const second = await one.serve({ slots: 64 })
    await untilAssigned([second], (chunks) => chunks.includes(suspect))
    await second.cut()
    await waitFor(async () => (await lossesOf(jobId, suspect)) === 2, { what: 'the second loss' })
    const lines = await Promise.all([one.serve({ slots: 64 }), two.serve({ slots: 64 })])
    const alone = await untilAssigned(lines, (chunks) => chunks.includes(suspect))
    assert.deepEqual(alone, [suspect])
    assert.equal((await rest('DELETE', `/api/jobs/${jobId}`)).status, 204)
    await Promise.all(lines.map((line) => line.next('cancelLease')))
    await Promise.all(lines.map((line) => line.cut()))
  })

  await t.test('a worker that comes back with its lease was not lost', async () => {
    const worker = await newScripted()
    let line = await worker.serve()
    const request = { rows: 1_000, regions: ['asia-pacific'] }
    const jobId = await submit(LOPSIDED, request)
    const assignment = await line.next('assign')
    const { body } = await line.next('spec')
    for (let comebacks = 1; comebacks <= 4; comebacks++) {
      await line.cut()
      await untilLost(jobId, 1)
      line = await worker.serve({ running: [assignment.leaseId] })
      assert.deepEqual(await failuresOf(jobId), [], 'forgiven')
    }
    const made = makeChunk(body, assignment, 0)
    const put = await putPart(assignment.upload as { baseUrl: string; token: string }, {
      cid: made.link.cid,
      bytes: made.bytes,
    })
    assert.equal(put.status, 201)
    line.send({ case: 'chunkDone', value: { resultId: 1n, ...doneOf(assignment, made) } })
    await line.next('ack')
    await assertWhole(jobId, LOPSIDED, request)
  })
})

/** The chunks of the first assignment on any of the lines that is as wanted. */
async function untilAssigned(
  lines: Line[],
  wanted: (chunks: number[]) => boolean,
): Promise<number[]> {
  let found: number[] | undefined
  const look = async () => {
    for (const line of lines)
      while (!found && line.count('assign') > 0) {
        const { chunks } = await line.next('assign')
        if (wanted(chunks)) found = chunks
      }
    return found !== undefined
  }
  await waitFor(look, { what: 'the assignment' })
  return found ?? []
}

type Holder = { name: string; assigned_at: string }

/** What the database says of a job's troubles. */
function watch(query: TestStack['query']) {
  const failuresOf = (jobId: string) =>
    query<Failure>('select * from chunk_failures where job_id = $1 order by id', [jobId])
  const deadOf = (jobId: string) =>
    query<{ chunk_no: number; code: string }>(
      'select chunk_no, code from dead_chunks where job_id = $1',
      [jobId],
    )
  const lossesOf = async (jobId: string, chunk: number) => {
    const losses = await query(
      `select 1 from chunk_failures where job_id = $1 and chunk_no = $2 and kind = 'lost'`,
      [jobId, chunk],
    )
    return losses.length
  }
  const untilLost = (jobId: string, count: number) =>
    waitFor(async () => (await failuresOf(jobId)).length === count, { what: `${count} losses` })

  /** Who got the lease that was assigned last, after this time. */
  async function holderAfter(time: string): Promise<Holder> {
    let found: Holder | undefined
    const look = async () => {
      const rows = await query<Holder>(
        `select w.name, l.assigned_at::text as assigned_at from leases l
         join workers w on w.id = l.worker_ids[cardinality(l.worker_ids)] where l.assigned_at > $1::timestamptz`,
        [time],
      )
      found = rows[0]
      return found !== undefined
    }
    await waitFor(look, { what: 'a worker to take the lease' })
    return found as Holder
  }

  return { failuresOf, deadOf, lossesOf, untilLost, holderAfter }
}
