// The Temporal development server of the stack, on a file in the data folder, and what has to exist in it.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { StackError } from './stack-error.ts'
import type { ChildSpec } from './supervise.ts'

export const NAMESPACE = 'syndata'

/** What operators filter jobs by; the workflows set them. */
const SEARCH_ATTRIBUTES = {
  TenantId: 'Keyword',
  JobStatus: 'Keyword',
  JobKind: 'Keyword',
  Region: 'KeywordList',
  Rows: 'Int',
  PercentComplete: 'Int',
}

/**
 * Priority and fairness act only with the fair matcher, and order holds within one partition. Statistics of queues, which the
 * fleet is sized by, are kept for a second in place of five.
 */
const DYNAMIC_CONFIG = [
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'matching.TaskQueueInfoByBuildIdTTL="1s"',
  'frontend.enableServerVersionCheck=false',
]

/** The write-ahead log makes the file server several times faster. */
const PRAGMAS = ['journal_mode=wal', 'synchronous=normal']

const RETENTION = '30d'
const CLI_MS = 10_000
const run = promisify(execFile)

export type TemporalOptions = {
  cli: { path: string; version: string }
  dataDir: string
  port: number
  uiPort: number
}

const databaseOf = (dataDir: string): string => path.join(dataDir, 'temporal.db')

/** The server's file has no migrations: only the version that made it may open it. Throws StackError for another. */
function checkVersion({ cli, dataDir }: TemporalOptions): void {
  const file = path.join(dataDir, 'temporal.version')
  const made = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
  if (made !== undefined && made !== cli.version && existsSync(databaseOf(dataDir))) {
    throw new StackError(
      `${databaseOf(dataDir)} was made by Temporal ${made}, and the one at hand is ${cli.version}`,
      `Use Temporal ${made}, or let no job run and remove temporal.db* and temporal.version from ${dataDir}: finished jobs stay, only their histories go.`,
    )
  }
  writeFileSync(file, `${cli.version}\n`)
}

/** The spec of the server; ready when its namespace can be described and has the attributes. */
export function temporalSpec(options: TemporalOptions): ChildSpec {
  checkVersion(options)
  const { cli, dataDir, port, uiPort } = options
  const address = `127.0.0.1:${port}`
  let prepared = false
  return {
    name: 'temporal',
    role: 'temporal',
    stage: 0,
    launch: () => {
      prepared = false
      return { command: cli.path, args: serverArgs(dataDir, port, uiPort), env: cliEnv() }
    },
    isReady: async () => {
      await operator(cli.path, address, ['namespace', 'describe', NAMESPACE])
      if (!prepared) await prepareNamespace(cli.path, address)
      prepared = true
      return true
    },
    stopMs: 10_000,
  }
}

function serverArgs(dataDir: string, port: number, uiPort: number): string[] {
  const pairs = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `${name}=${type}`)
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...['--ui-port', String(uiPort), '--db-filename', databaseOf(dataDir)],
    ...['--namespace', NAMESPACE, '--log-level', 'warn'],
    ...PRAGMAS.flatMap((text) => ['--sqlite-pragma', text]),
    ...pairs.flatMap((text) => ['--search-attribute', text]),
    ...DYNAMIC_CONFIG.flatMap((text) => ['--dynamic-config-value', text]),
  ]
}

/** The user's own Temporal settings (profiles, addresses) must not leak in. */
function cliEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'))
  return Object.fromEntries(own)
}

async function operator(cli: string, address: string, args: string[]): Promise<string> {
  const all = ['operator', ...args, '--address', address]
  const { stdout } = await run(cli, all, { env: cliEnv(), timeout: CLI_MS })
  return stdout
}

/** The server's flags act only on a new file; an older one gets here what has come since. */
async function prepareNamespace(cli: string, address: string): Promise<void> {
  await operator(cli, address, ['namespace', 'update', '--retention', RETENTION, NAMESPACE])
  const listed = await operator(cli, address, [
    'search-attribute',
    'list',
    '--namespace',
    NAMESPACE,
  ])
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(
    ([name]) => !new RegExp(`\\b${name}\\b`).test(listed),
  )
  if (missing.length === 0) return
  const flags = missing.flatMap(([name, type]) => ['--name', name, '--type', type])
  await operator(cli, address, ['search-attribute', 'create', '--namespace', NAMESPACE, ...flags])
}
