// What the operator allows connections to databases: hosts, and where referenced secrets and SQLite files lie.

import type { HostEntry } from '#settings/host-entry.ts'
import { BACKENDS } from '#settings/serving.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'
import { type HostRule, hostRuleOf } from './host-rules.ts'

export type ConnectionSettings = {
  hosts: readonly HostRule[]
  /** Folder of the files that `file:NAME` refers to; null: none. */
  secretsDir: string | null
  /** Folder with a subfolder of SQLite files for each project; null: SQLite is off. */
  sqliteDir: string | null
  /** The variable of the environment that `env:NAME` refers to. */
  variable: (name: string) => string | undefined
}

const PUBLIC: readonly HostEntry[] = [{ place: { kind: 'public' }, port: null }]

/** Public addresses only, where `SYNDATA_DATABASE_HOSTS` says nothing; what is wrong goes into `problems`. */
export function connectionSettingsOf(env: Env, problems: string[]): ConnectionSettings {
  const { get } = createSettingReader(BACKENDS, env, problems)
  return {
    hosts: (get('SYNDATA_DATABASE_HOSTS') ?? PUBLIC).map(hostRuleOf),
    secretsDir: get('SYNDATA_SECRETS_DIR') ?? null,
    sqliteDir: get('SYNDATA_SQLITE_DIR') ?? null,
    variable: (name) => env[name],
  }
}
