// The programs that set-up found or made: where Node 24, Temporal and Postgres lie.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { StackError } from './stack-error.ts'

export const ROOT = path.resolve(import.meta.dirname, '..', '..')

export type Tools = {
  node: string
  temporal?: { path: string; version: string }
  postgres?: { bin: string; version: string }
}

/** What set-up recorded. Throws StackError when there is no record or it names what is gone. */
export function readTools(): Tools {
  const file = path.join(ROOT, 'node_modules', '.cache', 'syndata', 'tools.json')
  const tools = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Tools) : undefined
  const paths = [tools?.node, tools?.temporal?.path, tools?.postgres?.bin]
  const gone = paths.filter((at) => at !== undefined && !existsSync(at))
  if (tools && gone.length === 0) return tools
  throw new StackError(
    tools ? `${gone.join(', ')} is no longer there` : 'the set-up has not been run',
    'Run `npm run setup`.',
  )
}

/** The Temporal CLI. Throws StackError when set-up found a running cluster in its place. */
export function temporalOf(tools: Tools): NonNullable<Tools['temporal']> {
  if (tools.temporal) return tools.temporal
  throw new StackError(
    'no Temporal CLI was set up',
    'Run `npm run setup` without TEMPORAL_ADDRESS, or start with TEMPORAL_ADDRESS.',
  )
}

/** Postgres' programs. Throws StackError when set-up was told to use another database. */
export function postgresOf(tools: Tools): NonNullable<Tools['postgres']> {
  if (tools.postgres) return tools.postgres
  throw new StackError(
    'no Postgres was set up',
    'Run `npm run setup` without DATABASE_URL, or start with DATABASE_URL.',
  )
}
