// Records histories of real runs for the replay tests: node_modules/.bin/node scripts/record-histories.ts [name...]
// To be run after a deliberate change of the workflows, whose running jobs would then not replay either.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import pg from 'pg'
import { createFolderStore } from '#coordinator/storage/folder-store.ts'
import { type Api, createApi, type Job } from './demo/api.ts'
import { type Stack, startStack } from './stack/start-stack.ts'
import { NAMESPACE } from './stack/temporal.ts'
import { ROOT } from './stack/tools.ts'

const FOLDER = join(ROOT, 'test', 'replay')
const CHUNK_ROWS = 1_000
const EVERY_MS = 5
/** No part of the recorded jobs is as long, but for the one that is to be refused. */
const PART_MAX_BYTES = '100000'

type Recording = {
  stack: Stack
  api: Api
  query: <T extends object>(sql: string, values?: unknown[]) => Promise<T[]>
  /** The history as JSON. */
  history: (workflowId: string) => Promise<string>
  /** Plans jobs as for a large fleet: a lease for each chunk. */
  asMany: <T>(work: () => Promise<T>) => Promise<T>
}

const COLUMNS = [
  { name: 'id', type: 'int', constraints: ['PK'] },
  { name: 'token', type: 'uuid' },
]
const PEOPLE = { seed: 1, tables: [{ name: 'people', columns: COLUMNS }] }
const TWO_TABLES = {
  seed: 2,
  tables: [
    { name: 'customers', rows: 5_000, columns: COLUMNS },
    { name: 'products', rows: 100, columns: COLUMNS },
  ],
}
const TOO_LONG = {
  seed: 3,
  tables: [
    {
      name: 'notes',
      columns: [
        { name: 'id', type: 'int', constraints: ['PK'] },
        { name: 'note', type: 'str', rule: { type: 'constant', value: 'long '.repeat(40) } },
      ],
    },
  ],
}

/** Each brings about one story and resolves with the ids of the workflows to keep, by file name. */
const STORIES: Record<string, (recording: Recording) => Promise<Record<string, string>>> = {
  async small({ api }) {
    const jobId = await submit(api, TWO_TABLES, {
      publish: { ipfs: true, arweave: true, max_price_winston: '1000000000000' },
    })
    await completed(api, jobId)
    return { small: idOf(jobId) }
  },

  async loaded({ api, stack }) {
    const response = await fetch(`${stack.rest_url}/api/connections`, {
      method: 'POST',
      headers: { 'x-api-key': stack.admin.api_key, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'file', kind: 'sqlite', file: 'target.db' }),
    })
    const { connection_id: connection } = (await response.json()) as { connection_id: string }
    const jobId = await submit(api, TWO_TABLES, { output: { connection } })
    await completed(api, jobId)
    return { loaded: idOf(jobId) }
  },

  async paused({ api, history, asMany }) {
    const jobId = await asMany(async () => {
      const id = await submit(api, PEOPLE, { rows: 120_000 })
      await made(api, id, 0.1)
      return id
    })
    await act(api, jobId, 'pause')
    await until(async () => (await history(idOf(jobId))).includes('"pause"'))
    await act(api, jobId, 'resume')
    await completed(api, jobId)
    return { paused: idOf(jobId) }
  },

  async cancelled({ api, history }) {
    const jobId = await submit(api, PEOPLE, { rows: 2_000_000 })
    await made(api, jobId, 0.1)
    await act(api, jobId, 'cancel')
    await until(async () => (await history(idOf(jobId))).includes('EXECUTION_CANCELED'))
    return { cancelled: idOf(jobId) }
  },

  async failed({ api, history }) {
    const jobId = await submit(api, TOO_LONG, { rows: 4_000 })
    await api.until(jobId, ({ status }) => status === 'failed')
    await until(async () => (await history(idOf(jobId))).includes('EXECUTION_FAILED'))
    return { failed: idOf(jobId) }
  },

  async sharded({ api, asMany }) {
    const jobId = await asMany(async () => {
      const id = await submit(api, PEOPLE, { rows: 27_000, chunk_rows: 100 })
      await completed(api, id)
      return id
    })
    return { 'sharded-job': idOf(jobId), 'sharded-shard': `${idOf(jobId)}/shard-0` }
  },

  async 'lost-parts'({ api, query, stack, history }) {
    const store = await createFolderStore(join(stack.dataDir, 'store'))
    for (;;) {
      const jobId = await submit(api, PEOPLE, { rows: 3_000_000 })
      await made(api, jobId, 0.3)
      const newest = await query<{ cid: string }>(
        'select cid from chunks where job_id = $1 order by chunk_no desc limit 40',
        [jobId],
      )
      for (const { cid } of newest) await store.delete(cid)
      await completed(api, jobId)
      // The hash may have passed them already.
      if (!(await history(idOf(jobId))).includes('dropLostParts')) continue
      await store.close()
      return { 'lost-parts': idOf(jobId) }
    }
  },

  async 'returned-leases'({ api, stack, history }) {
    const workers = stack.processes.filter(({ role }) => role === 'worker')
    const jobId = await submit(api, PEOPLE, { rows: 2_000_000 })
    await made(api, jobId, 0.1)
    await Promise.all(workers.map(({ name }) => stack.halt(name)))
    await until(async () => (await history(idOf(jobId))).includes('lease_returned'))
    await Promise.all(workers.map(({ name }) => stack.restart(name)))
    await completed(api, jobId)
    return { 'returned-leases': idOf(jobId) }
  },

  async training(recording) {
    const { api, history } = recording
    const jobId = await beginTraining(recording)
    const workflowId = `training/${jobId}`
    await act(api, jobId, 'pause')
    await until(async () => (await history(workflowId)).includes('lease_returned'))
    await act(api, jobId, 'resume')
    await completed(api, jobId)
    await until(async () => (await history(workflowId)).includes('EXECUTION_COMPLETED'))
    return { training: workflowId }
  },
}

const idOf = (jobId: string): string => `generation/${jobId}`

const ROWS = Array.from({ length: 8_000 }, (_, i) => `${i % 2 ? 'paid' : 'free'},${i % 23}`)

/** Resolves once the training has a checkpoint. */
async function beginTraining({ stack, query }: Recording): Promise<string> {
  const post = async <T>(path: string, body: FormData | string): Promise<T> => {
    const json = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
    const headers = { 'x-api-key': stack.admin.api_key, ...json }
    const response = await fetch(`${stack.rest_url}${path}`, { method: 'POST', headers, body })
    return (await response.json()) as T
  }
  const upload = new FormData()
  upload.set('file', new Blob([['plan,age', ...ROWS].join('\n')]), 'people.csv')
  const { dataset_id } = await post<{ dataset_id: string }>('/api/datasets', upload)
  const small = { algorithm: 'argn', capacity: 0.25, epochs: 60, learning_rate: 0.0001 }
  const { job_id } = await post<{ job_id: string }>(
    '/api/models',
    JSON.stringify({ dataset_id, seed: 1, ...small }),
  )
  const found = 'select 1 from models where job_id = $1 and checkpoint is not null'
  await until(async () => (await query(found, [job_id])).length > 0)
  return job_id
}

async function submit(api: Api, config: object, request: object): Promise<string> {
  const output = { format: 'csv' }
  const job = await api.submit({
    name: 'recorded',
    chunk_rows: CHUNK_ROWS,
    config,
    output,
    ...request,
  })
  return job.job_id
}

const made = (api: Api, jobId: string, share: number): Promise<Job> =>
  api.until(jobId, (job) => job.chunks_completed >= share * job.total_chunks, { everyMs: EVERY_MS })

const completed = (api: Api, jobId: string): Promise<Job> =>
  api.until(jobId, ({ status }) => status === 'completed')

const act = (api: Api, jobId: string, action: string): Promise<number> =>
  api.post(`/api/jobs/${jobId}/${action}`)

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
}

/** What replay does not read, and what tells of the machine that recorded it. */
const LEFT_OUT = new Set(['identity', 'stackTrace', 'requestId', 'workerVersion', 'taskId'])

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item))
  if (typeof value === 'string') return value.replace(/^\d+@.+$/, 'worker')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !LEFT_OUT.has(key))
      .map(([key, inner]) => [key, strip(inner)]),
  )
}

async function save(name: string, history: string): Promise<void> {
  const text = JSON.stringify(strip(JSON.parse(history)))
  const file = gzipSync(text, { level: 9 })
  await writeFile(join(FOLDER, `${name}.json.gz`), file)
  console.log(`${name}: ${text.length} characters, ${file.length} bytes`)
}

const dataDir = await mkdtemp(join(tmpdir(), 'syndata-record-'))
const limits = { SYNDATA_PART_MAX_BYTES: PART_MAX_BYTES }
const worker = { SYNDATA_THREADS: '1', SYNDATA_CHECKPOINT_SECONDS: '0' }
const stack = await startStack({
  dataDir,
  workers: 2,
  env: { parts: limits, coordinator: limits, worker },
  say: console.log,
})
const database = new pg.Pool({ connectionString: stack.database_url, max: 1 })
const connection = await Connection.connect({ address: stack.temporal_address })
try {
  const client = new Client({ connection, namespace: NAMESPACE })
  const query: Recording['query'] = async <T extends object>(sql: string, values: unknown[] = []) =>
    (await database.query(sql, values)).rows as T[]
  const recording: Recording = {
    stack,
    query,
    api: createApi({ url: stack.rest_url, apiKey: stack.admin.api_key }),
    async asMany(work) {
      await query('update workers set slots = 1000')
      try {
        return await work()
      } finally {
        await query('update workers set slots = 1')
      }
    },
    history: async (id) => historyToJSON(await client.workflow.getHandle(id).fetchHistory()),
  }
  const wanted = process.argv.slice(2)
  for (const [name, tell] of Object.entries(STORIES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (const [file, id] of Object.entries(await tell(recording)))
      await save(file, await recording.history(id))
  }
} finally {
  await connection.close()
  await database.end()
  await stack.stop()
  await rm(dataDir, { recursive: true, force: true })
}
