// The data folder of a local deployment: what was told to whom, beside all that the stack keeps there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { makeFolder, PRIVATE } from '#scripts/stack/make-folder.ts'
import type { StackFile } from '#scripts/stack/stack-file.ts'
import type { RegionCount, Role, ServiceSpec } from '../../deployment.ts'
import { TargetError } from '../../target.ts'
import { replaceFile } from '../../write-file.ts'

/** deployment.json of the folder. */
export type LocalRecord = {
  /** The deployment whose folder this is; null for one that nobody has taken yet. */
  name: string | null
  /** False after a delete that kept the data. */
  exists: boolean
  told: ServiceSpec[]
  revision: string | null
  settledRegions: RegionCount[] | null
  /** Roles whose environment has changed and whose processes may still have the one before. */
  stale: Role[]
  /** How the supervisor was started last. */
  started: SupervisorOptions | null
}

export type SupervisorOptions = {
  coordinators: number
  port: number
  database: boolean
  temporal: boolean
}

export const NOTHING: LocalRecord = {
  name: null,
  exists: false,
  told: [],
  revision: null,
  settledRegions: null,
  stale: [],
  started: null,
}

const fileOf = (dataDir: string): string => path.join(dataDir, 'deployment.json')

/** `NOTHING` where no deployment was made. */
export function readRecord(dataDir: string): LocalRecord {
  const file = fileOf(dataDir)
  if (!existsSync(file)) return NOTHING
  return { ...NOTHING, ...(JSON.parse(readFileSync(file, 'utf8')) as LocalRecord) }
}

/** As readRecord. Throws TargetError for the folder of another deployment, which would be changed or deleted in its stead. */
export function ownRecord(dataDir: string, name: string): LocalRecord {
  const record = readRecord(dataDir)
  if (record.name === null || record.name === name) return record
  throw new TargetError(
    'refused',
    `${dataDir} is of the deployment ${record.name}, not of ${name}`,
    `Give another folder with --data-dir, or the file of ${record.name} with -f.`,
  )
}

/** Replaces it in one step. */
export function writeRecord(dataDir: string, record: LocalRecord): void {
  replaceFile(fileOf(dataDir), `${JSON.stringify(record, null, 2)}\n`)
}

/** Makes the folder. Throws TargetError for one that is somebody else's: deleting would take it along. */
export function claimFolder(dataDir: string): void {
  if (existsSync(dataDir) && !existsSync(fileOf(dataDir)) && readdirSync(dataDir).length > 0) {
    throw new TargetError(
      'refused',
      `${dataDir} has files that are not of this deployment`,
      'Give another folder with --data-dir, or empty this one.',
    )
  }
  makeFolder(dataDir, PRIVATE)
}

/** stack.json while everything answers, else null. */
export function readStack(dataDir: string): StackFile | null {
  try {
    return JSON.parse(readFileSync(path.join(dataDir, 'stack.json'), 'utf8')) as StackFile
  } catch {
    return null
  }
}
