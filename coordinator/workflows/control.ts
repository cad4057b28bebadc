// What operators can change while a job runs: pause, resume, and how many leases are in flight.

import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow'
import { LANES } from './policies.ts'

export const pause = defineSignal('pause')
export const resume = defineSignal('resume')
export const setConcurrency = defineUpdate<number, [number]>('setConcurrency')
export const progress = defineQuery<Progress>('progress')

export type Progress = {
  stage: string
  paused: boolean
  lanes: number
  leasesDone: number
  leasesTotal: number
}

/** Mutable on purpose: handlers write it, lanes wait on it. */
export type Control = Progress

/** `forward` passes a change on to running children. */
export function createControl(
  initial: { paused: boolean; lanes: number },
  forward: (control: Control, change: 'pause' | 'resume' | 'lanes') => void = () => undefined,
): Control {
  const control: Control = { stage: 'planning', leasesDone: 0, leasesTotal: 0, ...initial }
  setHandler(pause, () => {
    control.paused = true
    forward(control, 'pause')
  })
  setHandler(resume, () => {
    control.paused = false
    forward(control, 'resume')
  })
  setHandler(
    setConcurrency,
    (lanes) => {
      control.lanes = lanes
      forward(control, 'lanes')
      return lanes
    },
    { validator: validateLanes },
  )
  setHandler(progress, () => ({ ...control }))
  return control
}

function validateLanes(lanes: number): void {
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > LANES)
    throw new RangeError(`concurrency must be a whole number from 1 to ${LANES}`)
}
