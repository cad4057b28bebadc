// A lease as a Temporal activity: nothing to do when the ledger has it all, else handed to the fleet, which
// completes it by id.

import { randomUUID } from 'node:crypto'
import { activityInfo, CompleteAsyncError } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { Database, Sql } from '../database/database.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { JobSpecs } from '../ledger/job-spec.ts'
import { closeLeaseOfActivity, openLease } from '../ledger/leases.ts'
import { missingChunks } from '../ledger/ledger.ts'
import type { LeaseActivities, LeaseArgs } from '../workflows/activity-types.ts'

export type GenerateDeps = {
  database: Database
  specs: JobSpecs
  fleet: Fleet
  coordinatorId: string
}

export function createGenerateChunks(deps: GenerateDeps): LeaseActivities['generateChunks'] {
  const { database, specs, fleet, coordinatorId } = deps
  return async (range: LeaseArgs) => {
    const [spec, missing] = await Promise.all([
      specs.get(range.jobId),
      missingChunks(database, range),
    ])
    const activity = activityOf()
    if (missing.length === 0) {
      await closeLeaseOfActivity(database, activity)
      return { chunks: range.to - range.from }
    }
    const row = await openLease(database, {
      id: randomUUID(),
      ...range,
      ...activity,
      workerIds: [],
      coordinatorId,
    })
    if (row === null) return refuse(database, range.jobId)
    if (row.coordinatorId === coordinatorId) fleet.startLease(row, { spec, missing })
    throw new CompleteAsyncError()
  }
}

/**
 * Of a pause the run hears, too: it schedules the lease again when the job goes on. That a job is over ends the run,
 * so that nothing waits for an answer.
 */
async function refuse(sql: Sql, jobId: string): Promise<never> {
  const rows = await sql.query(`select 1 from jobs where id = $1 and status = 'paused'`, [jobId])
  if (rows.length > 0) throw ApplicationFailure.nonRetryable('the job is paused', 'job_paused')
  throw new CompleteAsyncError()
}

function activityOf() {
  const { workflowExecution, activityId, taskToken, attempt } = activityInfo()
  return {
    workflowId: workflowExecution?.workflowId ?? '',
    runId: workflowExecution?.runId ?? '',
    activityId,
    taskToken: Buffer.from(taskToken),
    attempt,
  }
}
