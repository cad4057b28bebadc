// Jobs as a client sees them: submitted over REST, watched by asking, with times taken on the client's clock.

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import type { Api, Job } from '#scripts/demo/api.ts'

type Table = 'ten' | 'slow' | 'narrow'
type Size = { rows: number; seed: number; chunkRows?: number }

/** The body of a submission of one of the bench tables. Another seed makes other bytes, so nothing is stored already. */
export function request(table: Table, { rows, seed, chunkRows }: Size): object {
  const text = readFileSync(new URL(`../tables/${table}.yaml`, import.meta.url), 'utf8')
  return {
    name: table,
    config: { ...(parse(text) as object), seed },
    rows,
    output: { format: 'csv' },
    ...(chunkRows === undefined ? {} : { chunk_rows: chunkRows }),
  }
}

/** A job that takes longer hangs. */
const JOB_MS = 15 * 60_000

let seeds = 1000
/** A seed that no job of this process has had. */
export const nextSeed = (): number => seeds++

export type Timed = { job: Job; cidMs: number; completedMs: number }

/** From before the POST until the file's CID, and until all is done, can be read over REST. */
export async function timeJob(api: Api, body: object): Promise<Timed> {
  const startedMs = performance.now()
  const { job_id: jobId } = await api.submit(body)
  let cidMs = Number.NaN
  for (;;) {
    const job = await api.job(jobId)
    const atMs = performance.now() - startedMs
    if (job.outputs[0]?.cid && Number.isNaN(cidMs)) cidMs = atMs
    if (job.status === 'completed') return { job, cidMs, completedMs: atMs }
    if (job.status === 'failed' || job.status === 'cancelled')
      throw new Error(`job ${job.status}: ${JSON.stringify(job.error)}`)
    if (atMs > JOB_MS) throw new Error(`job not done after ${JOB_MS} ms: ${JSON.stringify(job)}`)
    await delay(pauseMs(job))
  }
}

/** Asking costs the coordinator time of its own: seldom while much is left, often at the end. */
function pauseMs({ chunks_completed: done, total_chunks: total, outputs }: Job): number {
  if (outputs[0]?.cid) return 20
  if (total === 0 || done < total * 0.8) return 50
  return done < total ? 10 : 2
}
