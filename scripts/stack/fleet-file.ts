// fleet.json of the data folder: the workers that were added while the stack ran, and those that are on their way out.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { WorkerPlan } from './workers.ts'

export type FleetRecord = {
  /** Of the next worker's name: names are not used twice. */
  next: number
  added: WorkerPlan[]
  /** Names whose removal has begun; a later start finishes it. */
  leaving: string[]
}

const fileOf = (dataDir: string): string => path.join(dataDir, 'fleet.json')

export function readFleetFile(dataDir: string): FleetRecord {
  const file = fileOf(dataDir)
  if (!existsSync(file)) return { next: 1, added: [], leaving: [] }
  return JSON.parse(readFileSync(file, 'utf8')) as FleetRecord
}

/** Replaces it in one step. */
export function writeFleetFile(dataDir: string, record: FleetRecord): void {
  const file = fileOf(dataDir)
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
