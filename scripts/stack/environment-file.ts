// environment.json of the data folder: further environment of the stack's programs, for who deploys it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** By role or, stronger, by process name. */
export type Environments = Record<string, Record<string, string>>

const fileOf = (dataDir: string): string => path.join(dataDir, 'environment.json')

/** Nothing when there is no such file. */
export function readEnvironments(dataDir: string): Environments {
  let text: string
  try {
    text = readFileSync(fileOf(dataDir), 'utf8')
  } catch {
    return {}
  }
  return JSON.parse(text) as Environments
}

/** Replaces it in one step; each program has it from its next start on. It may hold secrets: only the owner reads it. */
export function writeEnvironments(dataDir: string, environments: Environments): void {
  const file = fileOf(dataDir)
  writeFileSync(`${file}.new`, `${JSON.stringify(environments, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
