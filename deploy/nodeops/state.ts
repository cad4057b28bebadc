// What nodeops remembers of a deployment, beside its file: revisions that were applied, and one that was begun.
import { readFileSync, rmdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { makeFolder, PRIVATE } from '#scripts/stack/make-folder.ts'
import type { Deployment } from './deployment.ts'
import { takeLock } from './lock.ts'
import { TargetError } from './target.ts'
import { replaceFile } from './write-file.ts'

export type AppliedRevision = {
  revision: string
  /** RFC 3339. */
  appliedAt: string
  deployment: Deployment
}

export type DeploymentState = {
  version: 1
  /** Oldest first; the last one is in force unless `applying` says otherwise. */
  revisions: AppliedRevision[]
  /** Begun and not finished: the next deploy goes on. */
  applying: { revision: string; startedAt: string } | null
}

const REVISIONS_MAX = 20
const EMPTY: DeploymentState = { version: 1, revisions: [], applying: null }

export type StateFile = {
  folder: string
  read: () => DeploymentState
  begin: (revision: string) => void
  /** The revision is in force. The same one again is not a new entry. */
  finish: (revision: string, deployment: Deployment) => void
  /** Nothing is remembered any more. */
  remove: () => void
  /** Throws TargetError `refused` while another process holds it; gives it back when the work ends. */
  whileLocked: <T>(work: () => Promise<T>) => Promise<T>
}

/** `.nodeops/<name>.<target>.json` in the folder of the deployment's file. */
export function createStateFile(
  fileFolder: string,
  { name, target }: { name: string; target: string },
): StateFile {
  const folder = path.join(fileFolder, '.nodeops')
  const file = path.join(folder, `${name}.${target}.json`)
  const lock = path.join(folder, `${name}.${target}.lock`)
  const read = (): DeploymentState => parsed(textOf(file), file)
  const write = (change: Partial<DeploymentState>): void => {
    makeFolder(folder, PRIVATE)
    const text = `${JSON.stringify({ ...read(), ...change }, null, 2)}\n`
    replaceFile(file, text)
  }
  return {
    folder,
    read,
    begin: (revision) => write({ applying: { revision, startedAt: new Date().toISOString() } }),
    finish: (revision, deployment) => {
      const { revisions } = read()
      const isLast = revisions.at(-1)?.revision === revision
      const entry = { revision, appliedAt: new Date().toISOString(), deployment }
      const all = isLast ? revisions : [...revisions, entry].slice(-REVISIONS_MAX)
      write({ revisions: all, applying: null })
    },
    remove: () => {
      rmSync(file, { force: true })
      removeIfEmpty(folder)
    },
    whileLocked: async (work) => {
      makeFolder(folder, PRIVATE)
      takeLock(lock)
      try {
        return await work()
      } finally {
        rmSync(lock, { force: true })
        removeIfEmpty(folder)
      }
    },
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function parsed(text: string | null, file: string): DeploymentState {
  if (text === null) return EMPTY
  try {
    const state = JSON.parse(text) as DeploymentState
    if (state.version === 1 && Array.isArray(state.revisions)) return state
  } catch {
    // Said below.
  }
  const whatToDo = `Move ${file} away: nodeops then looks at what runs, and forgets older revisions.`
  throw new TargetError('refused', `${file} is not a state that this nodeops wrote`, whatToDo)
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Something else is remembered there.
  }
}
