// What the double of a coordinator tells the doubles of what runs workers: which of them could be ended without a loss.
import { existsSync, readFileSync } from 'node:fs'
import type { DoubleWorker } from './fleet-double.ts'

const mayEnd = ({ state, connected, busyLooks }: DoubleWorker): boolean =>
  !connected || (state === 'draining' && busyLooks === 0)

/** By their names; of several of one name all have to. */
export function mayEndText(workers: readonly DoubleWorker[]): string {
  const may: Record<string, boolean> = {}
  for (const worker of workers) may[worker.name] = (may[worker.name] ?? true) && mayEnd(worker)
  return JSON.stringify(may)
}

/** Whether `file` says that the worker was not drained first, or had something left. A worker that it does not know was none. */
export function endedTooEarly(file: string | undefined, worker: string): boolean {
  if (file === undefined || !existsSync(file)) return false
  return (JSON.parse(readFileSync(file, 'utf8')) as Record<string, boolean>)[worker] === false
}
