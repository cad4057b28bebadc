// What a target was last told, kept beside the file of the deployment by targets that cannot ask for it.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { makeFolder, PRIVATE } from '#scripts/stack/make-folder.ts'
import type { ServiceSpec } from '../deployment.ts'
import { type Observed, TargetError } from '../target.ts'
import { replaceFile } from '../write-file.ts'

export type Told = Pick<Observed, 'exists' | 'regions' | 'settledRegions' | 'revision'> & {
  /** References by their names. */
  services: ServiceSpec[]
  /** SHA-256 of the file that was written. */
  written: string | null
  /** That the file was written by, beside the deployment. */
  settings?: string
}

export type ToldFile = {
  /** Nothing at all where nothing was told. Throws TargetError for a file that is not one of these. */
  read: () => Told
  write: (change: Partial<Told>) => void
  remove: () => void
}

const NOTHING: Told = {
  exists: false,
  services: [],
  regions: [],
  settledRegions: null,
  revision: null,
  written: null,
}

/** Without a file it lasts as long as the process. */
export function createToldFile(file: string | null): ToldFile {
  let memory: Told = NOTHING
  return {
    read: () => structuredClone(file === null ? memory : readTold(file)),
    write: (change) => {
      memory = structuredClone({ ...(file === null ? memory : readTold(file)), ...change })
      if (file !== null) writeTold(file, memory)
    },
    remove: () => {
      memory = NOTHING
      if (file !== null) rmSync(file, { force: true })
    },
  }
}

function readTold(file: string): Told {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return NOTHING
  }
  try {
    const { version, ...told } = JSON.parse(text) as Told & { version: number }
    if (version === 1 && Array.isArray(told.services)) return told
  } catch {
    // Said below.
  }
  const whatToDo = 'Move it away: services are then told again.'
  throw new TargetError('refused', `${file} was not written by this nodeops`, whatToDo)
}

function writeTold(file: string, told: Told): void {
  makeFolder(path.dirname(file), PRIVATE)
  const text = `${JSON.stringify({ version: 1, ...told }, null, 2)}\n`
  replaceFile(file, text)
}
