// CPU time and memory of running processes, read from /proc: what a job cost, by role.

import { readdirSync, readFileSync } from 'node:fs'

/** Of one clock tick of /proc; fixed on Linux. */
const TICK_MS = 10
const PAGE_BYTES = 4096

export type Watched = { role: string; pid: number }

type Stat = { parent: number; cpuMs: number; rssBytes: number }

/** Null for a process that is gone. */
function statOf(pid: number): Stat | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The name is in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (index: number) => Number(fields[index - 3])
  const ticks = field(14) + field(15) + field(16) + field(17)
  return { parent: field(4), cpuMs: ticks * TICK_MS, rssBytes: field(24) * PAGE_BYTES }
}

function allStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null
    if (stat) stats.set(Number(name), stat)
  }
  return stats
}

/** Milliseconds of CPU of this process and all its descendants so far, those that are gone included. */
export function cpuOfAllMs(): number {
  const stats = allStats()
  const roles = new Map([[process.pid, 'all']])
  return [...stats]
    .filter(([pid]) => roleOf(pid, { stats, roles }) !== undefined)
    .reduce((sum, [, { cpuMs }]) => sum + cpuMs, 0)
}

/** Milliseconds of CPU, user and system, so far: by role, each with all its descendants (Postgres has many). */
export function cpuByRole(processes: readonly Watched[]): Map<string, number> {
  const stats = allStats()
  const roles = new Map(processes.map(({ pid, role }) => [pid, role]))
  const totals = new Map(processes.map(({ role }) => [role, 0]))
  for (const [pid, stat] of stats) {
    const role = roleOf(pid, { stats, roles })
    if (role !== undefined) totals.set(role, (totals.get(role) ?? 0) + stat.cpuMs)
  }
  return totals
}

type Known = { stats: Map<number, Stat>; roles: Map<number, string> }

function roleOf(pid: number, { stats, roles }: Known): string | undefined {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = stats.get(at)?.parent) {
    const role = roles.get(at)
    if (role !== undefined) return role
  }
  return undefined
}

/** What each role used between two readings, milliseconds. */
export function cpuBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...after].map(([role, ms]) => [role, ms - (before.get(role) ?? 0)]))
}

/** Resident memory of one process; NaN when it is gone. */
export const rssBytes = (pid: number): number => statOf(pid)?.rssBytes ?? Number.NaN
