// Tells a process from a later one with the same pid, so that nobody else's process is taken for ours.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** When the process started, as the system writes it; undefined when there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; state follows it, and the start time is the 20th field from there.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return process.platform === 'linux' ? undefined : startTimeByPs(pid)
  }
}

function startTimeByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
    return text.trim().replaceAll(/\s+/g, '_') || undefined
  } catch {
    return undefined
  }
}

/** A process by pid and start time: `isSame` after the pid was given to another process is false. */
export type ProcessIdentity = { pid: number; startedAt: string }

/** The identity of a running process, or undefined when it is gone. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = startTimeOf(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Whether the very process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startedAt
}
