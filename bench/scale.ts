// What grows with a job and what must not: memory of each process from 1 to 100 million rows, and a job of 100,000
// chunks with its Temporal histories.

import { Connection, Client as Temporal } from '@temporalio/client'
import type { Stack } from '#scripts/stack/start-stack.ts'
import { NAMESPACE } from '#scripts/stack/temporal.ts'
import { measured, type Row, rounded } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { requireDisk } from './support/disk.ts'
import { nextSeed, request, timeJob } from './support/jobs.ts'
import { rssBytes } from './support/processes.ts'
import { say } from './support/say.ts'
import { settings } from './support/settings.ts'
import { quantile } from './support/statistics.ts'

const row = measured('scale')
const SAMPLE_MS = 100
const SMALL_ROWS = 1_000_000
const WARM_UPS = 5
const CHUNK_ROWS = 10
/** Of the narrow table, with room for the rest. */
const BYTES_PER_ROW = 40
const MIB = 1 << 20
const ROLES = ['coordinator', 'parts', 'worker']

export async function scaleBench(): Promise<Row[]> {
  return withStack({}, async (running) => {
    requireDisk(settings.scaleRows * BYTES_PER_ROW)
    return [...(await memory(running)), ...(await chunks(running))]
  })
}

async function memory({ stack, api }: BenchStack): Promise<Row[]> {
  const job = (rows: number) => timeJob(api, request('narrow', { rows, seed: nextSeed() }))
  for (let i = 0; i < WARM_UPS; i++) await job(SMALL_ROWS)
  const small = await watched(stack, () => job(SMALL_ROWS))
  const large = await watched(stack, () => job(settings.scaleRows))
  const name = settings.scaleRows.toLocaleString('en-US')
  const peak = (rss: Map<string, number[]>, role: string) => quantile(rss.get(role) ?? [], 1)
  return [
    ...ROLES.flatMap((role) => {
      const before = peak(small.rss, role)
      const after = peak(large.rss, role)
      return [
        row(`memory of ${role}, peak, 1,000,000 rows`, before, 'MB'),
        row(`memory of ${role}, peak, ${name} rows`, after, 'MB'),
        row(`memory of ${role}, growth of the peak`, after - before, 'MB'),
      ]
    }),
    row(`POST to completed, ${name} narrow rows`, large.result.completedMs / 1000, 's'),
  ]
}

type Watched<T> = { result: T; rss: Map<string, number[]> }

/** Resident megabytes of each role's largest process while `work` runs. */
async function watched<T>(stack: Stack, work: () => Promise<T>): Promise<Watched<T>> {
  const rss = new Map<string, number[]>(ROLES.map((role) => [role, []]))
  const sample = () => {
    for (const role of ROLES) {
      const processes = stack.processes.filter((process) => process.role === role)
      const largest = Math.max(...processes.map(({ pid }) => rssBytes(pid)))
      if (!Number.isNaN(largest)) rss.get(role)?.push(largest / MIB)
    }
  }
  const timer = setInterval(sample, SAMPLE_MS)
  try {
    const result = await work()
    sample()
    return { result, rss }
  } finally {
    clearInterval(timer)
  }
}

/** Tiny chunks, very many of them. */
async function chunks({ stack, api }: BenchStack): Promise<Row[]> {
  const rows = settings.chunks * CHUNK_ROWS
  const { result, rss } = await watched(stack, () =>
    timeJob(api, request('narrow', { rows, seed: nextSeed(), chunkRows: CHUNK_ROWS })),
  )
  const { job, cidMs, completedMs } = result
  const histories = await historiesOf(stack, job.job_id)
  const name = `${settings.chunks.toLocaleString('en-US')} chunks`
  const events = histories.map(({ length }) => length)
  say(`${name}: histories of ${events.join(', ')} events`)
  return [
    row(`${name}: POST to CID`, cidMs / 1000, 's'),
    row(`${name}: POST to completed`, completedMs / 1000, 's'),
    row(`${name}: chunks committed`, (job.chunks_completed / cidMs) * 1000, 'chunks/s'),
    row(`${name}: workflow runs`, histories.length, 'runs'),
    row(`${name}: events of the longest history`, Math.max(...events), 'events'),
    row(
      `${name}: bytes of the largest history`,
      Math.max(...histories.map((h) => h.bytes)),
      'bytes',
    ),
    row(
      `${name}: fetching the longest history, as the Temporal UI does`,
      Math.max(...histories.map(({ fetchMs }) => fetchMs)),
      'ms',
    ),
    ...ROLES.map((role) =>
      row(`${name}: memory of ${role}, peak`, rounded(quantile(rss.get(role) ?? [], 1)), 'MB'),
    ),
  ]
}

type History = { length: number; bytes: number; fetchMs: number }

/** Of the job's workflow and its shards. */
async function historiesOf(stack: Stack, jobId: string): Promise<History[]> {
  const connection = await Connection.connect({ address: stack.temporal_address })
  try {
    const temporal = new Temporal({ connection, namespace: NAMESPACE })
    const found: History[] = []
    const query = `WorkflowId STARTS_WITH "generation/${jobId}"`
    for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
      const handle = temporal.workflow.getHandle(workflowId, runId)
      const { historyLength, historySize = 0 } = await handle.describe()
      const startedMs = performance.now()
      await handle.fetchHistory()
      const fetchMs = performance.now() - startedMs
      found.push({ length: historyLength, bytes: historySize, fetchMs })
    }
    return found
  } finally {
    await connection.close()
  }
}
