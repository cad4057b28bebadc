// The folder of a deployment by compose: the rendered file, its secrets, and what was told to whom.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { makeFolder, PRIVATE } from '#scripts/stack/make-folder.ts'
import type { RegionCount, ServiceSpec } from '../../deployment.ts'
import { replaceFile } from '../../write-file.ts'

export type ComposeRecord = {
  exists: boolean
  /** A service that was being told something else, and may be so or not. */
  telling: string | null
  told: ServiceSpec[]
  /** As the file has them. */
  regions: RegionCount[]
  settledRegions: RegionCount[] | null
  revision: string | null
}

export const NOTHING: ComposeRecord = {
  exists: false,
  telling: null,
  told: [],
  regions: [],
  settledRegions: null,
  revision: null,
}

export type ComposeFolder = {
  /** compose.yaml as it was rendered last. */
  file: string
  /** Secrets of the installation, read by compose itself. */
  envFile: string
  read: () => ComposeRecord
  write: (record: ComposeRecord) => void
  /** Readable by its owner alone, replaced in one step. */
  put: (name: string, text: string) => void
  has: (name: string) => boolean
  /** Everything, or all but secrets, which open the data that stays. */
  remove: (options: { keepData: boolean }) => void
}

export function createComposeFolder(dir: string): ComposeFolder {
  const at = (name: string): string => path.join(dir, name)
  const put = (name: string, text: string): void => {
    makeFolder(dir, PRIVATE)
    replaceFile(at(name), text)
  }
  return {
    file: at('compose.yaml'),
    envFile: at('.env'),
    read: () =>
      existsSync(at('deployment.json'))
        ? (JSON.parse(readFileSync(at('deployment.json'), 'utf8')) as ComposeRecord)
        : NOTHING,
    write: (record) => put('deployment.json', `${JSON.stringify(record, null, 2)}\n`),
    put,
    has: (name) => existsSync(at(name)),
    remove: ({ keepData }) => {
      if (keepData) put('deployment.json', `${JSON.stringify(NOTHING, null, 2)}\n`)
      else rmSync(dir, { recursive: true, force: true })
    },
  }
}
