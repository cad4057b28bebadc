// Errors of activities as Temporal sees them: the type is our code, the table says whether a retry helps.

import { CompleteAsyncError } from '@temporalio/activity'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { AppError, codeOf, ERRORS } from '#engine/errors.ts'

/** What the activity should throw instead; what Temporal understands already passes as it is. */
export function failureOf(error: unknown): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error
  if (error instanceof CompleteAsyncError) return error
  if (!(error instanceof AppError))
    return ApplicationFailure.create({
      type: 'infrastructure',
      message: error instanceof Error ? error.message : String(error),
    })
  const code = codeOf(error)
  return ApplicationFailure.create({
    type: code,
    message: error.message,
    // Some errors say it themselves: a network's refusal, for example, beside its silence.
    nonRetryable:
      !ERRORS[code].retryable || code === 'part_missing' || error.details['retryable'] === false,
  })
}

/** The same activities with their errors mapped. */
export function mapFailures<T extends Record<string, (args: never) => Promise<unknown>>>(
  activities: T,
): T {
  const mapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (args: never) => {
      try {
        return await activity(args)
      } catch (error) {
        throw failureOf(error)
      }
    },
  ])
  return Object.fromEntries(mapped) as T
}
