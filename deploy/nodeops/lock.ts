// One nodeops at a time works on a deployment: a file that names the process. One whose process is gone is taken over.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { identityOf, isRunning, type ProcessIdentity } from '#scripts/stack/process-identity.ts'
import { TargetError } from './target.ts'

/** A file without a name in it is being written, or its writer was killed at that. */
const WRITING_MS = 2_000

/** Throws TargetError `refused` while another process holds it; the caller removes the file when its work ends. */
export function takeLock(lock: string): void {
  const text = textOf(lock)
  if (text !== null) {
    const holder = holderIn(text)
    if (holder ? isRunning(holder) : isYoung(lock)) throw heldBy(holder)
    setAside(lock, text)
  }
  try {
    writeFileSync(lock, JSON.stringify(identityOf(process.pid)), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw heldBy(holderIn(textOf(lock) ?? ''))
  }
}

function heldBy(holder: ProcessIdentity | null): TargetError {
  const who = holder ? ` (process ${holder.pid})` : ''
  const message = `another nodeops${who} works on this deployment`
  return new TargetError('refused', message, 'Wait until it has ended, or end it.')
}

/** Of two that find a lock without a process, one gets it: what was moved has to be what was read. */
function setAside(lock: string, text: string): void {
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = textOf(aside) ?? ''
  if (moved !== text) {
    renameSync(aside, lock)
    throw heldBy(holderIn(moved))
  }
  rmSync(aside, { force: true })
}

function isYoung(lock: string): boolean {
  const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
  return Date.now() - mtimeMs < WRITING_MS
}

function holderIn(text: string): ProcessIdentity | null {
  try {
    const { pid, startedAt } = JSON.parse(text) as ProcessIdentity
    return Number.isInteger(pid) ? { pid, startedAt } : null
  } catch {
    return null
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
