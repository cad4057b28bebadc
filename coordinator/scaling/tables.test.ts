// The state tables of scaling: total, and with the ends that their headers promise.

import assert from 'node:assert/strict'
import test from 'node:test'
import { LEAVING_EVENTS, nextStage, STAGES } from './leaving.ts'
import { nextPhase, PHASE_EVENTS, PHASES } from './phase.ts'

test('every phase answers every event with a phase, and each can be reached from each', () => {
  for (const from of PHASES) {
    const reached = new Set([from])
    for (const phase of reached)
      for (const event of PHASE_EVENTS) {
        const next = nextPhase(phase, event)
        assert.ok(PHASES.includes(next))
        reached.add(next)
      }
    assert.equal(reached.size, PHASES.length, `from ${from}`)
  }
})

test('a step begins only in a steady pool, and a removal is followed by a pause', () => {
  for (const phase of PHASES) {
    const began = ['grow', 'shrink'].filter((event) => nextPhase(phase, event as 'grow') !== phase)
    assert.equal(began.length, phase === 'steady' ? 2 : 0)
  }
  assert.equal(nextPhase('removing', 'settled'), 'cooling')
  assert.equal(nextPhase('adding', 'joined'), 'cooling')
})

test('every stage answers every event; a worker is shut down only after it drained, and ends once', () => {
  for (const stage of STAGES)
    for (const event of LEAVING_EVENTS) {
      const next = nextStage(stage, event)
      assert.ok(STAGES.includes(next))
      if (stage === 'gone' || stage === 'kept') assert.equal(next, stage)
      if (next === 'gone') assert.notEqual(stage, 'draining')
    }
  assert.equal(nextStage('draining', 'overdue'), 'kept')
  assert.equal(nextStage('stopping', 'wanted'), 'stopping')
})
