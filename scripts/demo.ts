// npm run demo: the main job on a four-region fleet, with a worker killed on the way, everything checked at the
// end. Exits with 0 only if all of it held; --keep leaves the stack up until Ctrl-C.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Api, createApi, type Job } from './demo/api.ts'
import { checkRelations, fetchOutputs } from './demo/checks.ts'
import { count, createProgress } from './demo/progress.ts'
import { tableOf } from './demo/table.ts'
import { type Stack, startStack } from './stack/start-stack.ts'

const CONFIG = new URL('../examples/shop.yaml', import.meta.url)
const KILL_AT = 0.4
const PRICE_CAP_WINSTON = '1000000000000'

const RELATIONS = {
  orphans: [
    { child: 'orders', column: 'customer_id', parent: 'customers' },
    { child: 'order_items', column: 'order_id', parent: 'orders' },
    { child: 'order_items', column: 'product_id', parent: 'products' },
  ],
  unique: [{ table: 'customers', column: 'email' }],
}

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  console.log('npm run demo -- [--keep]\n\n  --keep   leave the stack up afterwards, until Ctrl-C')
  process.exit(0)
}

const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())
process.once('SIGTERM', () => stopping.abort())
const say = (line: string) => console.log(`  ${line}`)
const heading = (line: string) => console.log(`\n${line}`)

function freshDir(name: string): string {
  const dir = path.resolve('var', 'demo', name)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  return dir
}

const apiOf = (stack: Stack): Api => createApi({ url: stack.rest_url, apiKey: stack.admin.api_key })

const submission = (arweave: boolean) => ({
  name: 'shop',
  config: readFileSync(CONFIG, 'utf8'),
  output: { format: 'csv' },
  publish: { ipfs: true, arweave, ...(arweave ? { max_price_winston: PRICE_CAP_WINSTON } : {}) },
})

/** Kills the worker in whose region most is done, once the ledger passes 40 %. */
async function runWithFailure(stack: Stack, api: Api): Promise<Job> {
  const progress = createProgress()
  const { job_id: jobId } = await api.submit(submission(true))
  let killedMs = 0
  const job = await api.until(jobId, ({ status }) => status === 'completed', {
    signal: stopping.signal,
    onJob(now) {
      progress.show(now)
      if (killedMs > 0 || now.chunks_completed < now.total_chunks * KILL_AT) return
      killedMs = Date.now()
      const victim = stack.processes.find(({ role }) => role === 'worker')
      if (!victim) throw new Error('the stack has no worker')
      progress.note(
        `  kill -9 ${victim.name} (${victim.region}, pid ${victim.pid}) at ${count(now.rows_generated)} rows`,
      )
      stack.kill(victim.name)
    },
  })
  progress.end()
  if (killedMs === 0) throw new Error('the job was over before a worker could be killed')
  for (const { message } of (await api.logs(jobId)).filter(({ message }) =>
    /moves on/.test(message),
  ))
    say(message)
  say(`${job.reassigned} leases moved to other workers, ${job.retries} chunks failed`)
  return job
}

function show(job: Job): void {
  const rows = job.outputs.map(({ table, rows: n, bytes, sha256, cid, arweave }) => [
    table,
    count(n),
    count(bytes),
    sha256 ?? '',
    cid ?? '',
    `${arweave?.id} (${arweave?.status})`,
  ])
  console.log(tableOf(['file', 'rows', 'bytes', 'SHA-256', 'CID', 'Arweave'], rows))
  for (const { table, ipfs_urls, arweave, download_url } of job.outputs)
    console.log(
      [`\n${table}`, ...ipfs_urls, arweave?.url, download_url].filter(Boolean).join('\n  '),
    )
}

function expectSame(first: Job, second: Job): void {
  for (const [i, { table, cid }] of first.outputs.entries())
    if (second.outputs[i]?.cid !== cid)
      throw new Error(`${table}: ${cid} on four workers, ${second.outputs[i]?.cid} on one`)
}

async function secondRun(): Promise<Job> {
  const stack = await startStack({
    dataDir: freshDir('second'),
    workers: 1,
    say: () => undefined,
    signal: stopping.signal,
  })
  try {
    const api = apiOf(stack)
    const { job_id: jobId } = await api.submit(submission(false))
    const progress = createProgress()
    const job = await api.until(jobId, ({ status }) => status === 'completed', {
      signal: stopping.signal,
      onJob: (now) => progress.show(now),
    })
    progress.end()
    return job
  } finally {
    await stack.stop()
  }
}

async function main(): Promise<void> {
  heading(
    'Starting the stack: Postgres, Temporal, coordinator, parts, four workers, Arweave gateway',
  )
  const stack = await startStack({ dataDir: freshDir('first'), say, signal: stopping.signal })
  try {
    heading(`Submitting examples/shop.yaml to ${stack.rest_url}`)
    const job = await runWithFailure(stack, apiOf(stack))
    heading('Files')
    show(job)
    heading('Checks')
    const dir = freshDir('files')
    await fetchOutputs(job, { gateway: stack.ipfs_gateway_url, dir })
    say('every file fetched through the gateway by its CID, SHA-256 as in the job')
    for (const line of await checkRelations(dir, RELATIONS)) say(line)
    heading('The same config on a fresh stack with one worker')
    expectSame(job, await secondRun())
    say('the CIDs are equal')
    heading('All of it held')
    say(`Temporal UI: ${stack.temporal_ui_url}`)
    say(`make chunks again: npm run verify -- ${job.root_cid} --gateway ${stack.rest_url}`)
    if (values.keep) await untilStopped(stack)
    else say('the stack stops now; npm run demo -- --keep leaves it up for a look around')
  } finally {
    await stack.stop()
  }
}

function untilStopped(stack: Stack): Promise<void> {
  console.log(
    `\nThe stack stays up: ${stack.rest_url} (API key ${stack.admin.api_key}). Ctrl-C stops it.`,
  )
  return new Promise((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
}

try {
  await main()
} catch (error) {
  if (!stopping.signal.aborted)
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
