// The life of a job as a total table: every status answers every event. Invariants, each tested by its number:
// 1. A completed job never changes.
// 2. Only `retry` leaves failed and cancelled, and it leads to pending.
// 3. Only `complete` leads to completed, only `fail` to failed, only `cancel` to cancelled.
// 4. What the engine room reports late (start, complete, fail after an end) is ignored, never refused.
// 5. A paused job is not started by the workflow: only `resume` lets it go on.
// 6. Every refusal of a caller's event says why; a move never leads to the status it came from.

export const JOB_STATUSES = [
  'pending',
  'generating',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** Callers' events. */
export const JOB_ACTIONS = ['pause', 'resume', 'cancel', 'retry'] as const
export type JobAction = (typeof JOB_ACTIONS)[number]

/** start: the workflow runs · complete, fail: it ended. */
export const JOB_EVENTS = [...JOB_ACTIONS, 'start', 'complete', 'fail'] as const
export type JobEvent = (typeof JOB_EVENTS)[number]

/** move: the status changes · ignore: it stays, and that is fine · refuse: the caller is told why. */
export type JobOutcome =
  | { kind: 'move'; to: JobStatus }
  | { kind: 'ignore' }
  | { kind: 'refuse'; reason: string }

const to = (status: JobStatus): JobOutcome => ({ kind: 'move', to: status })
const no = (reason: string): JobOutcome => ({ kind: 'refuse', reason })
const IGNORE: JobOutcome = { kind: 'ignore' }
const LATE = { start: IGNORE, complete: IGNORE, fail: IGNORE }
const END = { complete: to('completed'), fail: to('failed'), cancel: to('cancelled') }

const NEXT: Record<JobStatus, Record<JobEvent, JobOutcome>> = {
  pending: {
    ...END,
    start: to('generating'),
    pause: to('paused'),
    resume: no('The job is pending, not paused.'),
    retry: no('The job is pending; only a failed or cancelled job can be retried.'),
  },
  generating: {
    ...END,
    start: IGNORE,
    pause: to('paused'),
    resume: no('The job is generating, not paused.'),
    retry: no('The job is generating; only a failed or cancelled job can be retried.'),
  },
  paused: {
    ...END,
    start: IGNORE,
    pause: no('The job is paused already.'),
    resume: to('generating'),
    retry: no('The job is paused; resume it instead.'),
  },
  completed: {
    ...LATE,
    pause: no('The job is completed; nothing is left to pause.'),
    resume: no('The job is completed; nothing is left to resume.'),
    cancel: no('The job is completed; delete it instead.'),
    retry: no('The job is completed; only a failed or cancelled job can be retried.'),
  },
  failed: {
    ...LATE,
    pause: no('The job has failed; retry it first.'),
    resume: no('The job has failed; retry it instead.'),
    cancel: no('The job has failed; nothing is left to cancel.'),
    retry: to('pending'),
  },
  cancelled: {
    ...LATE,
    pause: no('The job is cancelled; retry it first.'),
    resume: no('The job is cancelled; retry it instead.'),
    cancel: no('The job is cancelled already.'),
    retry: to('pending'),
  },
}

export function transition(status: JobStatus, event: JobEvent): JobOutcome {
  return NEXT[status][event]
}

/** True once nothing more happens to the job by itself. */
export function isOver(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}
