// Log files of the stack's processes: one per process, turned over at start when large.
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'

const TURN_OVER_BYTES = 20 * 1024 * 1024
const TAIL_BYTES = 16 * 1024

/** Opens the log for appending and returns its descriptor; a large one becomes `<file>.1` first. */
export function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > TURN_OVER_BYTES) {
    renameSync(file, `${file}.1`)
  }
  return openSync(file, 'a', 0o600)
}

function lastLines(file: string, count: number): string[] {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8').trimEnd().split('\n').filter(Boolean).slice(-count)
  } finally {
    closeSync(descriptor)
  }
}

/** The last lines of the log, at most `count`, marked as what a process said; none when it cannot be read. */
export function quotedLines(file: string, count: number): string[] {
  return lastLines(file, count).map((line) => `  | ${line}`)
}
