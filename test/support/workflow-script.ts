// What tests of the workflows script and ask: leases that are held, failures, and how a job ended.

import assert from 'node:assert/strict'
import { heartbeat } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { waitFor } from './wait-for.ts'
import type { ScriptedJob } from './workflow-stage.ts'

/** Leases in flight over all runs of a job. */
export const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0)

export const until = (what: string, holds: () => boolean | Promise<boolean>) =>
  waitFor(async () => holds(), { what, timeoutMs: 60_000 })

/** A lease that is held until the gate opens, and ends at once when it is cancelled. */
export function createGate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  async function hold(signal: AbortSignal): Promise<void> {
    const beat = setInterval(() => heartbeat(), 100)
    try {
      await Promise.race([
        opened,
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new CancelledFailure('cancelled'))),
        ),
      ])
    } finally {
      clearInterval(beat)
    }
  }
  return { open: () => open(), opened, hold }
}

/** A failure of ours; when it is tried again, then at once. */
export const failsAs = (type: string, options: object = {}) =>
  ApplicationFailure.create({ type, message: `it was ${type}`, nextRetryDelay: '1ms', ...options })

export async function assertFails(job: ScriptedJob, error: { code: string; message: RegExp }) {
  await assert.rejects(job.handle.result(), WorkflowFailedError)
  assert.equal(job.errors.length, 1)
  assert.equal(job.errors[0]?.code, error.code)
  assert.match(job.errors[0]?.message ?? '', error.message)
  assert.equal(job.calls.at(-1), 'failJob')
}
