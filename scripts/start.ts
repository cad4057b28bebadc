// `npm start`: the whole stack on this machine, in the foreground until Ctrl-C.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { strangeSettings } from '#settings/names.ts'
import { secretsFileOf } from './stack/secrets.ts'
import { StackError } from './stack/stack-error.ts'
import type { StackOptions } from './stack/stack-plan.ts'
import { type Stack, startStack } from './stack/start-stack.ts'
import { stopOnSignals } from './stack/stop-on-signals.ts'

const HELP = `npm start -- [options]

Runs Postgres, Temporal, the coordinator, its parts process, workers, the scheduler and an
Arweave development gateway on this machine, on loopback only. Ctrl-C stops all of it in order.

  --workers N        worker processes, one region after the other   (default 4)
  --coordinators N   coordinator processes                          (default 1)
  --port N           REST port; 0 takes any free one                (default 8080)
  --data-dir DIR     where all state is kept                        (default var)
  --help             this text

DATABASE_URL and TEMPORAL_ADDRESS in the environment are used in place of a private
Postgres and Temporal.`

const WORKERS_MAX = 64
const COORDINATORS_MAX = 8
const PORT_MAX = 65_535

type Settings = { workers: number; coordinators: number; port: number; dataDir: string }

const OPTIONS = {
  workers: { type: 'string', default: '4' },
  coordinators: { type: 'string', default: '1' },
  port: { type: 'string', default: '8080' },
  'data-dir': { type: 'string', default: 'var' },
  help: { type: 'boolean', default: false },
} as const

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (error) {
    throw new StackError((error as Error).message, 'See npm start -- --help.', { cause: error })
  }
}

function readSettings(): Settings {
  const values = readArguments()
  if (values.help) {
    console.log(HELP)
    process.exit(0)
  }
  return {
    workers: whole('workers', values.workers, 0, WORKERS_MAX),
    coordinators: whole('coordinators', values.coordinators, 1, COORDINATORS_MAX),
    port: whole('port', values.port, 0, PORT_MAX),
    dataDir: path.resolve(values['data-dir']),
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new StackError(
    `--${name} ${text}`,
    `Give a whole number from ${min} to ${max}; see npm start -- --help.`,
  )
}

function showWhatNext(stack: Stack, settings: Settings, seconds: string): void {
  const key = `$(node -p "require('${path.join(settings.dataDir, 'stack.json')}').admin.api_key")`
  console.log(`
All of it answers after ${seconds} s.

  REST API        ${stack.rest_url}   (documentation: ${stack.docs_url})
  IPFS gateway    ${stack.ipfs_gateway_url}/ipfs/<cid>
  Temporal UI     ${stack.temporal_ui_url}
  Arweave (dev)   ${stack.arweave_url}
  Fleet gateway   ${stack.fleet_address}   (workers dial in here)

  Log in as       ${stack.admin.email}
  Password, key   ${secretsFileOf(settings.dataDir)}
  Everything      ${path.join(settings.dataDir, 'stack.json')}
  Logs            ${path.join(settings.dataDir, 'logs')}

Next, make a thousand rows:

  curl -s ${stack.rest_url}/api/jobs -H "X-API-Key: ${key}" \\
    -H 'Content-Type: application/json' -d '{"kind": "generate", "rows": 1000,
    "config": {"tables": [{"name": "people", "columns": [{"name": "id", "type": "int",
    "rule": "sequence"}, {"name": "name", "type": "str", "rule": "full_name"}]}]},
    "output": {"format": "csv"}}'

Ctrl-C stops all of it in order.
`)
}

/** Undefined when it was asked to stop before all of it answered. */
async function starting(options: StackOptions): Promise<Stack | undefined> {
  try {
    return await startStack(options)
  } catch (error) {
    if (options.signal?.aborted) return undefined
    throw error
  }
}

async function main(): Promise<void> {
  const settings = readSettings()
  const startedAt = performance.now()
  const since = (): string => ((performance.now() - startedAt) / 1000).toFixed(1)
  const { TEMPORAL_ADDRESS: temporal, DATABASE_URL: databaseUrl } = process.env
  const stopping = stopOnSignals((line) => console.log(line))
  console.log(`Starting on ${settings.dataDir}`)
  for (const sentence of strangeSettings(process.env)) console.log(`  warning: ${sentence}`)
  const stack = await starting({
    ...settings,
    say: (line) => console.log(`  ${since().padStart(6)} s  ${line}`),
    signal: stopping.signal,
    ...(temporal && { temporal }),
    ...(databaseUrl && { databaseUrl }),
  })
  if (stack) {
    stopping.onForce(stack.killNow)
    showWhatNext(stack, settings, since())
    await Promise.race([stopping.asked, stack.stopped])
    await stack.stop()
  }
  console.log('Stopped; nothing is left running.')
}

/** Throws what is neither ours nor the file system's. */
function saidOf(error: unknown): string {
  if (error instanceof StackError) return `${error.message}\nWhat to do: ${error.whatToDo}`
  if (!(error instanceof Error && 'syscall' in error)) throw error
  const whatToDo = 'See that the data folder may be written; --data-dir names another.'
  return `${error.message}\nWhat to do: ${whatToDo}`
}

try {
  await main()
} catch (error) {
  console.error(`\n${saidOf(error)}`)
  process.exitCode = 1
}
