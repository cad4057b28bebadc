// Entry of a compute thread: takes leases one after the other, compiles their specs and keeps a few of them.

import { parentPort, workerData } from 'node:worker_threads'
import { type CompiledDataset, type CompiledTable, compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { Model } from '#engine/models/model.ts'
import type { Plan } from '#engine/plan.ts'
import type { Sandbox } from '#engine/sandbox/sandbox.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import { createHttpPut } from './http-put.ts'
import { createModels } from './models.ts'
import { createOutputs, runLease } from './run-lease.ts'
import type { FromThread, LeaseRun, SignedPut, SpecBody, ToThread } from './thread-messages.ts'
import { createUploadPart, type SignUrls } from './upload.ts'
import { warmUp } from './warm-up.ts'

const DATASETS_KEPT = 4
/** A worker that starts amid work has a lease by then, which warms up the very code that it needs. */
const WARM_UP_AFTER_MS = 2000

if (!parentPort) throw new TypeError('thread.ts runs as a compute thread of a worker')
const port = parentPort
const { authority } = workerData as { authority: string }

const datasets = new Map<string, CompiledDataset>()
const outputs = createOutputs()
const models = createModels()
const waiting = new Map<number, (puts: SignedPut[]) => void>()
const finish = new AbortController()
let cancel = new AbortController()
let running: string | null = null
let requests = 0

const tell = (message: FromThread): void => port.postMessage(message)

const sign: SignUrls = (leaseId, blocks, { signal }) =>
  new Promise((resolve, reject) => {
    const requestId = ++requests
    const abort = () => {
      waiting.delete(requestId)
      reject(new AppError('cancelled', 'the lease ended'))
    }
    signal.addEventListener('abort', abort, { once: true })
    waiting.set(requestId, (puts) => {
      signal.removeEventListener('abort', abort)
      resolve(puts)
    })
    tell({ type: 'sign', requestId, leaseId, blocks })
  })

const upload = createUploadPart({ http: createHttpPut({ authority }), sign })

let latest: { digest: string; dataset: CompiledDataset } | null = null

async function datasetOf({ digest, body }: SpecBody, inputs: LeaseRun['inputs']) {
  if (latest?.digest === digest) return latest.dataset
  const spec = JSON.parse(Buffer.from(body).toString()) as { config: ResolvedConfig; plan: Plan }
  const needs = {
    sandbox: await sandboxFor(spec.config),
    models: await models.of(spec.config, inputs),
  }
  const dataset = compiled(spec, needs)
  latest = { digest, dataset }
  return dataset
}

/**
 * Jobs that differ by their submission time alone make the same bytes (times are resolved by now), so they share
 * what is compiled, and with it what the engine has warmed up.
 */
function compiled(
  { config, plan }: { config: ResolvedConfig; plan: Plan },
  needs: { sandbox: Sandbox | null; models: Map<string, Model> },
): CompiledDataset {
  const key = JSON.stringify([{ ...config, now: 0 }, plan])
  const known = datasets.get(key)
  const dataset = known ?? compile(config, plan, needs)
  datasets.delete(key)
  datasets.set(key, dataset)
  const [oldest] = datasets
  if (oldest && datasets.size > DATASETS_KEPT) {
    datasets.delete(oldest[0])
    void oldest[1].release().catch(() => undefined)
  }
  return dataset
}

async function tableOf(lease: LeaseRun): Promise<CompiledTable> {
  const table = (await datasetOf(lease.spec, lease.inputs)).tables[lease.table]
  if (!table) throw new AppError('invalid_request', `the plan has no table ${lease.table}`)
  return table
}

async function run(lease: LeaseRun): Promise<void> {
  cancel = new AbortController()
  running = lease.leaseId
  let stale = false
  try {
    const deps = { table: await tableOf(lease), upload, outputs, tell }
    const signals = { cancel: cancel.signal, finish: finish.signal }
    stale = (await runLease(deps, lease, signals)).stale
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'generation_failed'
    const message = error instanceof Error ? error.message : String(error)
    for (const chunk of lease.chunks) tell({ type: 'failed', chunk, code, message })
  }
  running = null
  tell({ type: 'ended', leaseId: lease.leaseId, stale })
}

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'run':
      void run(message.lease)
      break
    case 'cancel':
      if (running === message.leaseId) cancel.abort()
      break
    case 'finish':
      finish.abort()
      break
    case 'urls':
      waiting.get(message.requestId)?.(message.puts)
      waiting.delete(message.requestId)
  }
})

// What fails here fails for the lease that needs it, and is told there.
setTimeout(() => {
  warmUp(() => running !== null).catch(() => undefined)
}, WARM_UP_AFTER_MS)
