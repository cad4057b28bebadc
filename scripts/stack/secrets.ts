// The secrets of one data folder, made at first start and kept in files that only their owner can read.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export type Secrets = {
  admin: { email: string; password: string; apiKey: string }
  databasePassword: string
  /** 64 hex digits. */
  masterKey: string
}

function keep(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const text = make()
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  return text
}

const random = (bytes: number): string => randomBytes(bytes).toString('base64url')

function newSecrets(): Omit<Secrets, 'masterKey'> {
  return {
    admin: {
      email: process.env['SYNDATA_ADMIN_EMAIL'] ?? 'admin@syndata.local',
      password: process.env['SYNDATA_ADMIN_PASSWORD'] ?? random(18),
      apiKey: `syn_${randomBytes(4).toString('hex')}_${random(32)}`,
    },
    databasePassword: random(24),
  }
}

export const secretsFileOf = (dataDir: string): string => path.join(dataDir, 'secrets.json')

/** Reads the secrets, and makes those that are not there yet. */
export function loadSecrets(dataDir: string): Secrets {
  const text = keep(secretsFileOf(dataDir), () => `${JSON.stringify(newSecrets(), null, 2)}\n`)
  const masterKey = keep(path.join(dataDir, 'master.key'), () => randomBytes(32).toString('hex'))
  return { ...(JSON.parse(text) as Omit<Secrets, 'masterKey'>), masterKey: masterKey.trim() }
}
