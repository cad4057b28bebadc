// One run of one operating system process in a group of its own, with its output in a log file.
import { spawn } from 'node:child_process'
import { closeSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { openLog } from './log-file.ts'

/** What to run; `env` is the whole environment. */
export type Launch = {
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd?: string
  uid?: number
  gid?: number
  /** Above 0 for what computes: it yields to what answers. Only where the system knows priorities. */
  niceness?: number
}

/** How a run ended, in words: `code 1`, `SIGKILL`, or why it could not start. */
export type Ending = { how: string }

export type Spawned = {
  /** Undefined when it could not start. */
  pid: number | undefined
  ended: Promise<Ending>
  /** Does nothing once it has ended. */
  kill: (signal: NodeJS.Signals) => void
  /** Kills whatever is left of its process group. */
  killGroup: () => void
}

/**
 * Starts it in a process group of its own: a Ctrl-C in the terminal reaches the supervisor alone, which then
 * stops everything in order.
 */
export function spawnLogged(launch: Launch, logFile: string): Spawned {
  const { command, args, niceness, ...options } = launch
  const log = openLog(logFile)
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  if (niceness !== undefined && child.pid !== undefined) yieldToOthers(child.pid, niceness)
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ how: `could not start: ${error.message}` }))
    child.once('exit', (code, signal) => resolve({ how: signal ?? `code ${code}` }))
  })
  return {
    pid: child.pid,
    ended,
    kill: (signal) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    },
    killGroup: () => killGroup(child.pid),
  }
}

/** SIGKILL to a whole process group; one that is gone is no error. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left.
  }
}

/** Linux schedules sessions as groups first, and groups have a niceness of their own. */
function yieldToOthers(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness)
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness))
  } catch {
    // A courtesy, not a need.
  }
}
