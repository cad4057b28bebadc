// What operators can change while a job runs: pause, resume, and how many leases are in flight.

import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow'
import { LANES } from './policies.ts'

export type Steering = { paused: boolean; lanes: number }

export const pause = defineSignal('pause')
export const resume = defineSignal('resume')
/** From a job to its shards: all of it at once, so that the order of two signals cannot matter. */
export const steer = defineSignal<[Steering]>('steer')
/** From a shard to its job: how many leases from `from` on are done. */
export const leasesMade = defineSignal<[{ from: number; done: number }]>('leasesMade')
export const setConcurrency = defineUpdate<number, [number]>('setConcurrency')
export const progress = defineQuery<Progress>('progress')

export type Progress = Steering & { stage: string; leasesDone: number; leasesTotal: number }

/** Mutable on purpose: handlers write it, lanes wait on it. */
export type Control = Progress

/** A job's control or a shard's: `lanes` is the limit of each run that makes leases. */
export const createControl = (initial: Steering): Control => ({
  stage: 'planning',
  leasesDone: 0,
  leasesTotal: 0,
  ...initial,
})

/** Signals that came before the run's first step are handled here and now. */
export function obey(control: Control, onChange: () => void): void {
  setHandler(pause, () => {
    control.paused = true
    onChange()
  })
  setHandler(resume, () => {
    control.paused = false
    onChange()
  })
  setHandler(steer, ({ paused, lanes }) => {
    control.paused = paused
    control.lanes = lanes
    onChange()
  })
  setHandler(
    setConcurrency,
    (lanes) => {
      control.lanes = lanes
      onChange()
      return lanes
    },
    { validator: validateLanes },
  )
  setHandler(progress, () => ({ ...control }))
}

function validateLanes(lanes: number): void {
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > LANES)
    throw new RangeError(`concurrency must be a whole number from 1 to ${LANES}`)
}
