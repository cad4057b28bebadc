// The few REST calls that the demo, the fault tests and the benches make, as any client would.

import { setTimeout as delay } from 'node:timers/promises'

export type JobOutput = {
  table: string
  rows: number
  bytes: number
  sha256: string | null
  cid: string | null
  ipfs_urls: string[]
  arweave: { id: string; url: string; status: string } | null
  download_url: string
}

export type Job = {
  job_id: string
  status: 'pending' | 'generating' | 'paused' | 'completed' | 'failed' | 'cancelled'
  stage: string
  rows_generated: number
  total_rows: number
  chunks_completed: number
  total_chunks: number
  progress_percentage: number
  rows_per_second: number | null
  eta_seconds: number | null
  created_at: string
  finished_at: string | null
  error: { code: string; message: string } | null
  tables: {
    name: string
    rows: number
    chunks: number
    chunks_completed: number
    accepted_share: number | null
  }[]
  outputs: JobOutput[]
  regions: Record<string, { chunks: number; workers: number }>
  retries: number
  reassigned: number
  waiting_reason: string | null
  root_cid: string | null
  manifest_cid: string | null
}

export type LogLine = { at: string; level: string; message: string; data: Record<string, unknown> }

export type Api = {
  submit(request: object): Promise<Job>
  job(jobId: string): Promise<Job>
  logs(jobId: string): Promise<LogLine[]>
  /** POST without a body; the status code. */
  post(path: string): Promise<number>
  get<T>(path: string): Promise<T>
  /** Polls until the job satisfies `done`; throws when it ends otherwise or after `timeoutMs`. */
  until(jobId: string, done: (job: Job) => boolean, options?: UntilOptions): Promise<Job>
}

export type UntilOptions = {
  timeoutMs?: number
  everyMs?: number
  onJob?: (job: Job) => void
  /** Rejects with its reason once it aborts. */
  signal?: AbortSignal
}

const OVER = ['completed', 'failed', 'cancelled']

export function createApi({ url, apiKey }: { url: string; apiKey: string }): Api {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' }
  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(url + path, { headers, ...init })
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as T
  }
  const job = (jobId: string) => call<Job>(`/api/jobs/${jobId}`)
  return {
    submit: (request) => call<Job>('/api/jobs', { method: 'POST', body: JSON.stringify(request) }),
    job,
    logs: async (jobId) =>
      (await call<{ lines: LogLine[] }>(`/api/jobs/${jobId}/logs?lines=500`)).lines,
    post: async (path) => {
      const response = await fetch(url + path, { method: 'POST', headers })
      await response.arrayBuffer()
      return response.status
    },
    get: call,
    async until(jobId, done, { timeoutMs = 600_000, everyMs = 100, onJob, signal } = {}) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        // An API that is away (it may be what a test has just killed) is asked again.
        const now = await job(jobId).catch(() => null)
        if (now) onJob?.(now)
        if (now && done(now)) return now
        if (now && OVER.includes(now.status))
          throw new Error(`job ${now.status}: ${JSON.stringify(now.error)}`)
        if (Date.now() > deadline) throw new Error(`job ${jobId} not there: ${JSON.stringify(now)}`)
        await delay(everyMs, undefined, { ...(signal && { signal }) })
      }
    },
  }
}
