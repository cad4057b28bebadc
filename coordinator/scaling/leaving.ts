// The life of workers that are to go: drained first, then shut down, or kept after all. Total: every stage answers
// every event.

export const STAGES = ['draining', 'stopping', 'gone', 'kept'] as const
/** gone and kept are ends. */
export type Stage = (typeof STAGES)[number]

export const LEAVING_EVENTS = ['idle', 'left', 'overdue', 'refused', 'wanted'] as const
/**
 * idle: nothing unfinished is on it · left: it is not there any more · overdue: its time is up · refused: the provider
 * will not stop it · wanted: load came, or an operator had it go on.
 */
export type LeavingEvent = (typeof LEAVING_EVENTS)[number]

const NEXT: Record<Stage, Record<LeavingEvent, Stage>> = {
  // One that ended by itself while it drained would be started again: it is shut down all the same.
  draining: {
    idle: 'stopping',
    left: 'stopping',
    overdue: 'kept',
    refused: 'kept',
    wanted: 'kept',
  },
  stopping: {
    idle: 'stopping',
    left: 'gone',
    overdue: 'kept',
    refused: 'kept',
    wanted: 'stopping',
  },
  gone: { idle: 'gone', left: 'gone', overdue: 'gone', refused: 'gone', wanted: 'gone' },
  kept: { idle: 'kept', left: 'kept', overdue: 'kept', refused: 'kept', wanted: 'kept' },
}

export const nextStage = (stage: Stage, event: LeavingEvent): Stage => NEXT[stage][event]

/** One worker, or all of a region where the provider cannot say which of them it stops. */
export type Leaving = {
  region: string
  /** The worker to stop; null: any `count` of the region's. */
  instance: string | null
  count: number
  /** Workers that were told to take no more. */
  workers: readonly string[]
  /** How many the provider is left with in the region, so that saying it twice changes nothing. */
  leave: number
  stage: Stage
  waitedMs: number
  /** How often the provider would not stop it. */
  refusals: number
  /** Why it was kept. */
  why: string | null
}
