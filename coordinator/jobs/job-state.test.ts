import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isOver, JOB_ACTIONS, JOB_EVENTS, JOB_STATUSES, transition } from './job-state.ts'

const pairs = JOB_STATUSES.flatMap((status) => JOB_EVENTS.map((event) => ({ status, event })))

const movesTo = (wanted: string) =>
  pairs.filter(({ status, event }) => {
    const outcome = transition(status, event)
    return outcome.kind === 'move' && outcome.to === wanted
  })

test('1: a completed job never changes', () => {
  for (const event of JOB_EVENTS) assert.notEqual(transition('completed', event).kind, 'move')
})

test('2: only retry leaves failed and cancelled, and it leads to pending', () => {
  for (const status of ['failed', 'cancelled'] as const) {
    for (const event of JOB_EVENTS) {
      const outcome = transition(status, event)
      if (event === 'retry') assert.deepEqual(outcome, { kind: 'move', to: 'pending' })
      else assert.notEqual(outcome.kind, 'move')
    }
  }
})

test('3: each end has one event that leads there', () => {
  const ends = { completed: 'complete', failed: 'fail', cancelled: 'cancel' }
  for (const [end, only] of Object.entries(ends)) {
    assert.deepEqual([...new Set(movesTo(end).map(({ event }) => event))], [only])
  }
})

test('4: late reports are ignored, never refused', () => {
  for (const status of JOB_STATUSES.filter(isOver)) {
    for (const event of ['start', 'complete', 'fail'] as const) {
      assert.equal(transition(status, event).kind, 'ignore')
    }
  }
})

test('5: only resume lets a paused job go on', () => {
  const goesOn = JOB_EVENTS.filter((event) => {
    const outcome = transition('paused', event)
    return outcome.kind === 'move' && !isOver(outcome.to)
  })
  assert.deepEqual(goesOn, ['resume'])
})

test('6: refusals give a reason, moves lead elsewhere, and only callers are refused', () => {
  for (const { status, event } of pairs) {
    const outcome = transition(status, event)
    if (outcome.kind === 'move') assert.notEqual(outcome.to, status)
    if (outcome.kind !== 'refuse') continue
    assert.match(outcome.reason, /^The job .*\.$/)
    assert.ok((JOB_ACTIONS as readonly string[]).includes(event))
  }
})

test('whatever happens in whatever order, an ended job only goes on through retry', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...JOB_EVENTS), { maxLength: 40 }), (events) => {
      let status: (typeof JOB_STATUSES)[number] = 'pending'
      for (const event of events) {
        const outcome = transition(status, event)
        if (outcome.kind !== 'move') continue
        if (isOver(status)) assert.equal(event, 'retry')
        status = outcome.to
      }
    }),
  )
})
