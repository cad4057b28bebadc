// A database that jobs write into, as it is opened: address checked, password at hand. Nothing of it may be kept, logged
// or sent to a worker.

import { lstat, mkdir } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Sql } from '#coordinator/database/database.ts'
import { isId } from '#coordinator/identity/new-id.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { AppError } from '#engine/errors.ts'
import { checkedAddress } from './checked-address.ts'
import { passwordOf, type StoredPassword } from './password.ts'
import type { ConnectionSettings } from './settings.ts'

/** `batch_size` counts rows of one INSERT, `pool_size` connections of one job; times are milliseconds. */
export type ConnectionOptions = {
  batch_size: number
  /** COPY where the database has it; else INSERT. */
  copy: boolean
  pool_size: number
  connect_timeout_ms: number
  statement_timeout_ms: number
}

/** `prefer`: TLS if the server has it; `require`: without looking at the certificate; `verify`: with its check. */
export type TlsMode = 'disable' | 'prefer' | 'require' | 'verify'

export type OpenedServer = {
  kind: 'postgresql' | 'mysql'
  /** The checked address: to be connected to as it is, never `servername`. */
  host: string
  /** The host as the user wrote it, for TLS and for messages. */
  servername: string
  port: number
  database: string
  user: string
  password: string | undefined
  tls: TlsMode
  options: ConnectionOptions
}

export type OpenedFile = { kind: 'sqlite'; file: string; options: ConnectionOptions }
export type OpenedConnection = OpenedServer | OpenedFile

export type OpenConnectionDeps = {
  sql: Sql
  secrets: SealedSecrets
  settings: ConnectionSettings
}

type Stored = StoredPassword & {
  id: string
  project_id: string
  options: ConnectionOptions
} & (
    | {
        kind: 'postgresql' | 'mysql'
        host: string
        port: number
        database: string
        username: string
        tls: TlsMode
      }
    | { kind: 'sqlite'; file: string }
  )

/**
 * Resolves address and password; connects to nothing that holds data. Throws AppError `not_found` (deleted),
 * `forbidden` (host not allowed), `connection_failed` (no address, secret missing), `unsupported` (SQLite is off).
 * Who may use the connection is asked when the job is submitted; a row of `job_connections` then keeps it from removal.
 */
export async function openConnection(
  { sql, secrets, settings }: OpenConnectionDeps,
  connectionId: string,
  { signal }: { signal: AbortSignal },
): Promise<OpenedConnection> {
  const stored = await readStored(sql, connectionId)
  const { options } = stored
  if (stored.kind === 'sqlite') {
    return { kind: 'sqlite', file: await fileOf(settings, stored), options }
  }
  const { kind, host: servername, port, database, username: user, tls } = stored
  const reach = { hosts: settings.hosts, timeoutMs: options.connect_timeout_ms, signal }
  const host = await checkedAddress({ host: servername, port }, reach)
  const password = await passwordOf({ secrets, references: settings }, connectionId, stored)
  return { kind, host, servername, port, database, user, password, tls, options }
}

/** For `tls.connect`; undefined for none. With `prefer` a server without TLS is then connected to in the clear. */
export function tlsOptionsOf({ tls, servername }: Pick<OpenedServer, 'tls' | 'servername'>) {
  if (tls === 'disable') return undefined
  // RFC 6066 knows no addresses as server names; the certificate is compared with `host` then.
  const name = isIP(servername) === 0 ? { servername } : {}
  return { host: servername, ...name, rejectUnauthorized: tls === 'verify' }
}

async function readStored(sql: Sql, connectionId: string): Promise<Stored> {
  const rows = isId(connectionId)
    ? await sql.query<Stored>('select * from connections where id = $1', [connectionId])
    : []
  if (rows[0] === undefined) throw noConnection(connectionId)
  return rows[0]
}

export const noConnection = (id: string): AppError =>
  new AppError('not_found', `There is no connection ${id.slice(0, 64)}.`)

/** Each project has a folder of its own, which no link leaves; names have no slash. */
async function fileOf(
  { sqliteDir }: ConnectionSettings,
  { project_id, file }: { project_id: string; file: string },
): Promise<string> {
  if (sqliteDir === null) {
    throw new AppError('unsupported', 'SQLite is off: the operator sets SYNDATA_SQLITE_DIR.')
  }
  const folder = join(sqliteDir, project_id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, file)
  const found = await lstat(path).catch(() => null)
  if (found !== null && !found.isFile()) {
    throw new AppError('forbidden', `${file} is not a plain file of its project.`)
  }
  return path
}
