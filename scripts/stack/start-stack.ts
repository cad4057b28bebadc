// Starts the whole stack on this machine, as children of this process: `npm start`, the demo and the fault tests.
import path from 'node:path'
import { arweaveSpec, ensureMoney, ensureWallet } from './arweave.ts'
import type { Child } from './child.ts'
import { coordinatorSpecs, partsSpec } from './coordinator.ts'
import { createCoordinatorCalls } from './coordinator-calls.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { readEnvironments } from './environment-file.ts'
import { createFleet } from './fleet.ts'
import { startGuardian, sweepLeftovers } from './guardian.ts'
import { makeFolder } from './make-folder.ts'
import { preparePostgres } from './postgres.ts'
import { schedulerSpec } from './scheduler.ts'
import { loadSecrets, type Secrets } from './secrets.ts'
import { createStackControl, type StackControl } from './stack-control.ts'
import {
  processesOf,
  removeStackFile,
  type StackFile,
  stackAddresses,
  writeStackFile,
} from './stack-file.ts'
import { planStack, type StackOptions, type StackPlan } from './stack-plan.ts'
import type { ChildSpec } from './supervise.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { temporalSpec } from './temporal.ts'
import { postgresOf, readTools, temporalOf } from './tools.ts'

/** A running stack: what stack.json holds (processes as they are now), and what can be done to it. */
export type Stack = StackFile & {
  dataDir: string
  /** Undefined while it does not run. Throws StackError for an unknown name, as all of these do. */
  pidOf: (name: string) => number | undefined
  /** Sends a signal (default SIGKILL) to one process; it is started again as after any death. */
  kill: (name: string, signal?: NodeJS.Signals) => void
  /** Stops one process and leaves it stopped, until `restart`. */
  halt: (name: string) => Promise<void>
  /** Stops one process in order and starts it again; resolves once it is healthy. */
  restart: (name: string) => Promise<void>
  /** Resolves once the named process, or every one, is healthy. Throws StackError after `timeoutMs`. */
  waitHealthy: (name?: string, timeoutMs?: number) => Promise<void>
  logOf: (name: string) => string
  /** Stops all in order and gives the data folder back. Idempotent. */
  stop: () => Promise<void>
  /** Resolves once all is stopped, whoever asked for it. */
  stopped: Promise<void>
  /** SIGKILL to all at once. */
  killNow: () => void
}

/** Starts what `options` ask for and resolves once all of it answers; on failure nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const say = options.say ?? (() => undefined)
  makeFolder(options.dataDir)
  const dataDir = path.resolve(options.dataDir)
  const unlock = lockDataDir(dataDir)
  // One that was killed could not take it away.
  removeStackFile(dataDir)
  const swept = sweepLeftovers(dataDir)
  if (swept > 0) say(`ended ${swept} processes that an earlier start had left`)
  const guardian = startGuardian(dataDir)
  let whenChanged: () => void = () => undefined
  const supervisor = createSupervisor({
    logDir: path.join(dataDir, 'logs'),
    say,
    onChange: (children) => {
      guardian.watch(processesOf(children).map(({ pid }) => pid))
      whenChanged()
    },
  })
  const over = Promise.withResolvers<void>()
  const control = createStackControl({ supervisor, say, stop: () => void stop() })
  const stop = once(async () => {
    whenChanged = () => undefined
    removeStackFile(dataDir)
    control.stopping()
    await supervisor.stop()
    await control.close()
    guardian.dismiss()
    unlock()
    over.resolve()
  })
  options.signal?.addEventListener('abort', () => void stop(), { once: true })
  try {
    await control.open(dataDir)
    const plan = await planStack({ ...options, dataDir })
    options.onPlan?.(plan)
    const secrets = loadSecrets(dataDir)
    const databaseUrl = await startAll({ options, plan, secrets, supervisor, control, say })
    const addresses = stackAddresses(plan, secrets, databaseUrl)
    const contents = (): StackFile => ({
      ...addresses,
      processes: processesOf(supervisor.children()),
    })
    whenChanged = () => writeStackFile(dataDir, contents())
    whenChanged()
    return stackOf({ dataDir, addresses, supervisor, stop, stopped: over.promise })
  } catch (error) {
    await stop()
    throw error
  }
}

type Starting = {
  options: StackOptions
  plan: StackPlan
  secrets: Secrets
  supervisor: Supervisor
  control: StackControl
  say: (line: string) => void
}

/** Starts stage after stage; resolves with the database's URL. */
async function startAll(starting: Starting): Promise<string> {
  const { options, plan, secrets, supervisor, control, say } = starting
  const tools = readTools()
  const processes = {
    tools,
    entries: options.entries ?? {},
    env: options.env ?? {},
    settings: () => readEnvironments(plan.dataDir),
  }
  const start = async (spec: ChildSpec, where: string): Promise<void> => {
    const startedAt = performance.now()
    await supervisor.start(spec)
    say(
      `${spec.name.padEnd(14)} ${where} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
    )
  }
  const [databaseUrl, walletFile] = await Promise.all([
    startDatabase(starting, start),
    ensureWallet(plan.dataDir),
    options.temporal === undefined && startTemporal(plan, start),
    start(arweaveSpec(plan, processes), plan.arweaveUrl),
  ])
  await ensureMoney(walletFile, plan.arweaveUrl)
  const deps = { plan, secrets, databaseUrl, walletFile, processes }
  await Promise.all([
    start(partsSpec(deps), plan.partsUrl),
    ...coordinatorSpecs(deps).map((spec, index) =>
      start(spec, plan.coordinators[index]?.url ?? ''),
    ),
  ])
  const urls = plan.coordinators.map(({ url }) => url)
  const calls = createCoordinatorCalls(urls, secrets.admin.apiKey)
  const fleet = createFleet({ plan, calls, processes, supervisor, say })
  await fleet.finishRemovals()
  control.admit(fleet)
  await Promise.all([
    fleet.start((spec) => start(spec, spec.region ?? '')),
    start(schedulerSpec(deps), `127.0.0.1:${plan.schedulerPort}`),
  ])
  return databaseUrl
}

type Start = (spec: ChildSpec, where: string) => Promise<void>

async function startDatabase(
  { options, plan, secrets, say }: Starting,
  start: Start,
): Promise<string> {
  if (options.databaseUrl !== undefined) return options.databaseUrl
  const { spec, url } = await preparePostgres({
    bin: postgresOf(readTools()).bin,
    folder: path.join(plan.dataDir, 'postgres'),
    port: plan.postgresPort,
    password: secrets.databasePassword,
    say,
  })
  await start(spec, `127.0.0.1:${plan.postgresPort}`)
  return url
}

async function startTemporal(plan: StackPlan, start: Start): Promise<void> {
  const { dataDir, temporalPort: port, temporalUiPort: uiPort } = plan
  const spec = temporalSpec({ cli: temporalOf(readTools()), dataDir, port, uiPort })
  await start(spec, `${plan.temporalAddress}, UI ${plan.temporalUiUrl}`)
}

function stackOf({
  dataDir,
  addresses,
  supervisor,
  stop,
  stopped,
}: {
  dataDir: string
  addresses: Omit<StackFile, 'processes'>
  supervisor: Supervisor
  stop: () => Promise<void>
  stopped: Promise<void>
}): Stack {
  const childrenOf = (name?: string): Child[] =>
    name === undefined ? supervisor.children() : [supervisor.get(name)]
  return {
    ...addresses,
    dataDir,
    get processes() {
      return processesOf(supervisor.children())
    },
    pidOf: (name) => supervisor.get(name).pid(),
    kill: (name, signal = 'SIGKILL') => supervisor.get(name).kill(signal),
    halt: (name) => supervisor.get(name).stop(),
    restart: async (name) => {
      await supervisor.get(name).stop()
      await supervisor.get(name).start()
    },
    waitHealthy: async (name, timeoutMs) => {
      await Promise.all(childrenOf(name).map((child) => child.waitHealthy(timeoutMs)))
    },
    logOf: (name) => supervisor.get(name).logFile,
    stop,
    stopped,
    killNow: supervisor.killNow,
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= work()
    return running
  }
}
