// What operators see of a job in Temporal's UI: search attributes and current details. No decision hangs on it.

import { defineSearchAttributeKey } from '@temporalio/common'
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow'
import type { Control } from './control.ts'
import type { JobPlan } from './job-plan.ts'

const JOB_STATUS = defineSearchAttributeKey('JobStatus', 'KEYWORD')
const PERCENT = defineSearchAttributeKey('PercentComplete', 'INT')

export type View = {
  control: Control
  /** A new plan begins: none of its leases is done. */
  planned: (plan: JobPlan, leases: number) => void
  enter: (stage: string) => void
  made: (leases: number) => void
  /** To be called after any other change of the control. */
  refresh: () => void
}

/** Details follow every change, the percentage every tenth: an attribute is an event in the history, details are not. */
export function createView(control: Control): View {
  let plan: JobPlan | undefined
  let status = ''
  let tenths = 0
  function refresh(): void {
    setCurrentDetails(detailsOf(control, plan))
    if (statusOf(control) !== status) {
      status = statusOf(control)
      upsertSearchAttributes([{ key: JOB_STATUS, value: status }])
    }
    if (Math.floor(percentOf(control) / 10) === tenths) return
    tenths = Math.floor(percentOf(control) / 10)
    upsertSearchAttributes([{ key: PERCENT, value: percentOf(control) }])
  }
  return {
    control,
    refresh,
    planned(next, leases) {
      plan = next
      control.leasesDone = 0
      control.leasesTotal = leases
    },
    enter(stage) {
      control.stage = stage
      refresh()
    },
    made(leases) {
      control.leasesDone += leases
      refresh()
    },
  }
}

const OVER = new Set(['completed', 'failed', 'cancelled'])

const statusOf = ({ stage, paused }: Control): string =>
  paused && !OVER.has(stage) ? 'paused' : stage

const percentOf = ({ leasesDone, leasesTotal }: Control): number =>
  leasesTotal === 0 ? 0 : Math.floor((100 * leasesDone) / leasesTotal)

function detailsOf(control: Control, plan: JobPlan | undefined): string {
  const { stage, leasesDone, leasesTotal, lanes } = control
  const lines = [
    `**${statusOf(control)}**${statusOf(control) === stage ? '' : ` (in ${stage})`}`,
    `${leasesDone} of ${leasesTotal} leases done (${percentOf(control)} %), at most ${lanes} at once`,
  ]
  // The UI cuts off the last line of a table that ends the text.
  if (plan) lines.push(tablesOf(plan), '\u00a0')
  return lines.join('\n\n')
}

const tablesOf = ({ tables }: JobPlan): string =>
  [
    '| table | rows | chunks |',
    '|---|---|---|',
    ...tables.map(({ name, rows, chunks }) => `| ${name} | ${rows} | ${chunks} |`),
  ].join('\n')
