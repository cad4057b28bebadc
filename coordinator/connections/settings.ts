// What the operator allows connections to databases: hosts, and where referenced secrets and SQLite files lie.

import { type HostRule, parseHostRule } from './host-rules.ts'

export type ConnectionSettings = {
  hosts: readonly HostRule[]
  /** Folder of the files that `file:NAME` refers to; null: none. */
  secretsDir: string | null
  /** Folder with a subfolder of SQLite files for each project; null: SQLite is off. */
  sqliteDir: string | null
  /** The variable of the environment that `env:NAME` refers to. */
  variable: (name: string) => string | undefined
}

type Env = Record<string, string | undefined>

/** Public addresses only, where `SYNDATA_DATABASE_HOSTS` says nothing; what is wrong goes into `problems`. */
export function connectionSettingsOf(env: Env, problems: string[]): ConnectionSettings {
  const entries = (env['SYNDATA_DATABASE_HOSTS'] ?? 'public').split(',').map((text) => text.trim())
  const hosts = entries.filter(Boolean).flatMap((entry) => {
    const rule = parseHostRule(entry)
    if (rule !== null) return [rule]
    problems.push(
      `SYNDATA_DATABASE_HOSTS has ${entry}: use public, a host, an address or a range, with or without a port`,
    )
    return []
  })
  return {
    hosts,
    secretsDir: env['SYNDATA_SECRETS_DIR'] || null,
    sqliteDir: env['SYNDATA_SQLITE_DIR'] || null,
    variable: (name) => env[name],
  }
}
