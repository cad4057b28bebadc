// Who may end, and who goes on, by what a coordinator says from look to look.
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import type { FleetCalls, FleetWorker } from './fleet-calls.ts'
import { leaveInOrder } from './leave.ts'

type Look = Partial<FleetWorker>

/** A coordinator that shows the worker as these looks have it, the last one for good. */
function coordinatorOf(...looks: Look[]) {
  const told: string[] = []
  const worker: FleetWorker = {
    ...{ id: 'w', name: 'w', connected: true, draining: false, unfinished: 0, seenMs: 0 },
    ...looks[0],
  }
  let look = 0
  const fleet: FleetCalls = {
    workers: async () => [{ ...worker, ...looks[Math.min(++look, looks.length - 1)] }],
    drain: async () => {
      told.push('drain')
      return worker
    },
    resume: async () => void told.push('resume'),
  }
  const leave = async (limitMs: number, end: () => void): Promise<FleetWorker[]> => {
    const signal = AbortSignal.timeout(20_000)
    const leaving = { fleet, region: 'us-west', limitMs, signal, say: () => undefined }
    return leaveInOrder(leaving, [worker], async (idle) => {
      if (idle.length > 0) end()
    })
  }
  return { told, leave }
}

test('idle is what says so itself after it was drained, for long enough', async () => {
  const { told, leave } = coordinatorOf({}, { seenMs: 500 }, { seenMs: 1_000 }, { seenMs: 1_500 })
  let ended = 0
  assert.deepEqual(await leave(5_000, () => ended++), [])
  assert.deepEqual([ended, told], [1, ['drain']])
})

test('one that is away with results that only it has is waited for, and not for ever', async (t) => {
  const away = { connected: false, unfinished: 2 }
  let ended = 0
  const back = coordinatorOf({}, away, away, { unfinished: 1, seenMs: 9_000 }, { seenMs: 9_000 })
  assert.deepEqual(await back.leave(5_000, () => ended++), [])
  const gone = coordinatorOf({}, away)
  assert.equal((await gone.leave(300, () => assert.fail('it may come back'))).length, 1)
  assert.deepEqual(gone.told, ['drain', 'resume'])
  // As if its looks were ten seconds apart.
  let nowMs = performance.now()
  t.mock.method(performance, 'now', () => (nowMs += 10_000))
  assert.deepEqual(await coordinatorOf({}, away).leave(300_000, () => ended++), [])
  mock.restoreAll()
  assert.equal(ended, 2)
})

test('whoever ends it and fails leaves it at work, but not one that an operator had drained', async () => {
  const fail = (): never => {
    throw new Error('no')
  }
  const mine = coordinatorOf({}, { seenMs: 9_000 })
  await assert.rejects(mine.leave(5_000, fail), /no/)
  assert.deepEqual(mine.told, ['drain', 'resume'])
  const theirs = coordinatorOf({ draining: true }, { seenMs: 9_000 })
  await assert.rejects(theirs.leave(5_000, fail), /no/)
  assert.deepEqual(theirs.told, ['drain'])
})
