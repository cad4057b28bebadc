// What a failure means, out of the layers that Temporal wraps around it.

import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
} from '@temporalio/workflow'
import type { JobError } from './activity-types.ts'

/** Thrown inside a run whose history has grown long: the run goes on in a new one. */
export const HISTORY_FULL = 'history_full'

/** The code of the innermost failure that has one; empty when none has. */
export const typeOf = (error: unknown): string => applicationFailureOf(error)?.type ?? ''

/** What is written to the job. */
export function errorOf(error: unknown): JobError {
  const failure = applicationFailureOf(error)
  if (failure) return { code: failure.type ?? 'internal', message: failure.message }
  const cause = innermost(error)
  if (cause instanceof TerminatedFailure)
    return {
      code: 'infrastructure',
      message: 'A shard was ended outside the API. Retry the job: finished chunks are kept.',
    }
  const outside = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure
  const message = cause instanceof Error ? cause.message : String(cause)
  return { code: outside ? 'infrastructure' : 'internal', message }
}

/** Anything thrown, as an error that may be thrown again. */
export const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))

/** The innermost failure with a type of ours: activities and child workflows wrap it. */
function applicationFailureOf(error: unknown): ApplicationFailure | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type) return at
  }
  return null
}

function innermost(error: unknown): unknown {
  let at = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  return at
}
