import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { createComputeThread, type ThreadEvents } from './compute-thread.ts'
import type { LeaseRun } from './thread-messages.ts'

/** A thread that makes chunks of 8 rows without bytes; `trouble` is a statement about `chunk` and `pieceRows`. */
const scriptOf = (trouble: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort as port } from 'node:worker_threads'
      port.on('message', ({ type, lease }) => {
        if (type !== 'run') return
        for (const chunk of lease.chunks) {
          const pieceRows = lease.pieceRows.get(chunk) ?? 8
          port.postMessage({ type: 'begun', chunk, pieceRows })
          ${trouble}
          port.postMessage({ type: 'done', chunk, cid: String(pieceRows), bytes: 0, dagBytes: 0, rows: 8, durationMs: 1 })
        }
        port.postMessage({ type: 'ended', leaseId: lease.leaseId, stale: false })
      })`)}`,
  )

const STARVE = 'for (const all = []; ; ) all.push(new Array(1e5).fill(Math.random()))'

const LEASE: LeaseRun = {
  leaseId: 'l1',
  spec: { digest: '', body: new Uint8Array(new SharedArrayBuffer(0)) },
  inputs: [],
  table: 0,
  chunks: [0, 1, 2],
  upload: { baseUrl: '', token: '' },
  chunkBytesMax: 1,
  pieceRows: new Map(),
}

async function runLease(t: TestContext, trouble: string) {
  const made = new Map<number, string>()
  const failed = new Map<number, string>()
  const deaths: Error[] = []
  const over = new EventEmitter()
  const events: ThreadEvents = {
    onMade: (_, { chunk, cid }) => void made.set(chunk, cid),
    onFailed: (_, { chunk, code }) => void failed.set(chunk, code),
    onSign: () => undefined,
    onEnded: () => over.emit('ended'),
    onDeath: (error) => void deaths.push(error),
  }
  const options = { authority: '', heapMib: 32, script: scriptOf(trouble) }
  const thread = createComputeThread(events, options)
  t.after(() => thread.close())
  const ended = once(over, 'ended')
  thread.run(LEASE)
  await ended
  assert.equal(thread.leaseId(), null)
  return { made, failed, deaths }
}

test('a thread makes the chunks of its lease', async (t) => {
  const { made, failed, deaths } = await runLease(t, '')
  assert.deepEqual([...made.keys()], [0, 1, 2])
  assert.deepEqual([failed.size, deaths.length], [0, 0])
})

test('a chunk that a thread starves of is made again in halves, until it fits', async (t) => {
  const { made, failed, deaths } = await runLease(t, `if (chunk === 1 && pieceRows > 2) ${STARVE}`)
  assert.deepEqual(
    [...made],
    [
      [0, '8'],
      [1, '2'],
      [2, '8'],
    ],
  )
  assert.equal(failed.size, 0)
  assert.equal(deaths.length, 2)
})

test('a row that a thread starves of fails its chunk alone', async (t) => {
  const { made, failed } = await runLease(t, `if (chunk === 1) ${STARVE}`)
  assert.deepEqual([...made.keys()], [0, 2])
  assert.deepEqual([...failed], [[1, 'out_of_memory']])
})

test('a chunk that kills its thread otherwise fails, and the lease goes on', async (t) => {
  const { made, failed, deaths } = await runLease(t, `if (chunk === 0) throw new Error('a bug')`)
  assert.deepEqual([...made.keys()], [1, 2])
  assert.deepEqual([...failed], [[0, 'generation_failed']])
  assert.equal(deaths[0]?.message, 'a bug')
})

test('a thread that dies of no chunk is tried a few times, then the lease fails', async (t) => {
  const trouble = `port.postMessage({ type: 'begun', chunk: 99, pieceRows: 8 }); process.exit(1)`
  const { made, failed, deaths } = await runLease(t, trouble)
  assert.equal(made.size, 0)
  assert.deepEqual([...failed.keys()], [0, 1, 2])
  assert.equal(deaths.length, 3)
})
