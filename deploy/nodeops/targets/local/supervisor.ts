// The supervisor of a local deployment: `npm start` without a terminal, found again by its data folder.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Service } from '#proto/control-api.ts'
import { type Control, ControlError, createControl } from '#proto/control-client.ts'
import { controlSocketOf } from '#scripts/stack/control-door.ts'
import { sweepLeftovers } from '#scripts/stack/guardian.ts'
import { openLog, quotedLines } from '#scripts/stack/log-file.ts'
import { isRunning, type ProcessIdentity } from '#scripts/stack/process-identity.ts'
import { killGroup } from '#scripts/stack/spawned.ts'
import { StackError } from '#scripts/stack/stack-error.ts'
import { ROOT, readTools } from '#scripts/stack/tools.ts'
import { waitUntil } from '#scripts/stack/wait-until.ts'
import { type Bound, TargetError } from '../../target.ts'
import type { SupervisorOptions } from './folder.ts'

const LINES_SHOWN = 20
const DOOR_MS = 30_000
const STOP_MS = 90_000

export type LocalSupervisor = {
  control: Control
  /** Null when it does not run. */
  services: (bound: Bound) => Promise<Service[] | null>
  /** Resolves once its door answers. Throws TargetError with its last words. */
  start: (options: SupervisorOptions, env: Record<string, string>, bound: Bound) => Promise<void>
  /** In order if it can, by force else; also ends what a killed one left. Does nothing when nothing runs. */
  stop: (bound: Bound) => Promise<void>
  logFile: string
}

/** Throws TargetError when the folder's path is too long for a door. */
export function createLocalSupervisor(dataDir: string): LocalSupervisor {
  const socket = socketOf(dataDir)
  const control = createControl({ socket })
  const logFile = path.join(dataDir, 'logs', 'supervisor.log')
  const services = async ({ signal }: Bound): Promise<Service[] | null> => {
    try {
      return await control.services({ signal })
    } catch (error) {
      if (error instanceof ControlError && error.status === 0) return null
      throw error
    }
  }
  return {
    control,
    services,
    logFile,
    start: async (options, env, { signal }) => {
      const program = spawnSupervisor(dataDir, logFile, options, env)
      const answers = async (): Promise<boolean> =>
        program.exitCode !== null || (await services({ signal })) !== null
      const isUp = await waitUntil(answers, { timeoutMs: DOOR_MS, signal })
      signal.throwIfAborted()
      if (isUp && program.exitCode === null) return
      throw new TargetError(
        'failed',
        ['the supervisor does not start', ...quotedLines(logFile, LINES_SHOWN)].join('\n'),
        `Correct what it says and deploy again; all of its log is in ${logFile}.`,
      )
    },
    stop: async ({ signal }) => {
      const holder = holderOf(dataDir)
      if (holder && isRunning(holder)) await stopHolder(control, holder, signal)
      sweepLeftovers(dataDir)
    },
  }
}

function socketOf(dataDir: string): string {
  try {
    return controlSocketOf(dataDir)
  } catch (error) {
    if (!(error instanceof StackError)) throw error
    throw new TargetError('refused', error.message, 'Give a shorter one with --data-dir.')
  }
}

function spawnSupervisor(
  dataDir: string,
  logFile: string,
  { coordinators, port }: SupervisorOptions,
  env: Record<string, string>,
): ChildProcess {
  const args = ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'scripts', 'start.ts')]
  args.push('--data-dir', dataDir, '--workers', '0', '--port', String(port))
  args.push('--coordinators', String(coordinators))
  const log = openLog(logFile)
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, ...own } = process.env
  const program = spawn(readTools().node, args, {
    cwd: ROOT,
    env: { ...own, ...env },
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  program.on('error', () => undefined)
  program.unref()
  return program
}

function holderOf(dataDir: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(path.join(dataDir, 'stack.lock'), 'utf8')) as ProcessIdentity
  } catch {
    return null
  }
}

async function stopHolder(
  control: Control,
  holder: ProcessIdentity,
  signal: AbortSignal,
): Promise<void> {
  const gone = (): boolean => !isRunning(holder)
  try {
    await control.stop({ signal })
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    process.kill(holder.pid, 'SIGTERM')
  }
  if (await waitUntil(gone, { timeoutMs: STOP_MS, signal })) return
  signal.throwIfAborted()
  killGroup(holder.pid)
  await waitUntil(gone, { timeoutMs: STOP_MS, signal })
}
