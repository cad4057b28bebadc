// Tries a connection out: what the server is, or exactly why it cannot be used.

import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '#engine/errors.ts'
import {
  type OpenConnectionDeps,
  type OpenedFile,
  type OpenedServer,
  openConnection,
} from './connection.ts'
import { connectMysql } from './mysql-client.ts'
import { connectPostgres } from './postgres-client.ts'

/** A caller waits for the answer, whatever the connection allows a job. */
const TEST_MAX_MS = 20_000
/** A greeting and a version have some hundred bytes. */
const BYTES_MAX = 1024 * 1024

type ConnectionTest = {
  kind: OpenedServer['kind'] | 'sqlite'
  server_version: string
  milliseconds: number
}

/** Connects and asks for the version. Throws what `openConnection` throws, and `connection_failed`. */
export async function testConnection(
  deps: OpenConnectionDeps,
  connectionId: string,
  options: { signal: AbortSignal },
): Promise<ConnectionTest> {
  const began = performance.now()
  const limit = AbortSignal.timeout(TEST_MAX_MS)
  const signal = AbortSignal.any([options.signal, limit])
  try {
    const opened = await openConnection(deps, connectionId, { signal })
    const version =
      opened.kind === 'sqlite' ? await versionOfFile(opened) : await versionOf(opened, signal)
    return {
      kind: opened.kind,
      server_version: version.slice(0, 200),
      milliseconds: Math.round(performance.now() - began),
    }
  } catch (error) {
    if (!limit.aborted) throw error
    const message = `The server took longer than ${TEST_MAX_MS / 1000} s.`
    throw new AppError('connection_failed', message, { cause: error })
  }
}

async function versionOf(opened: OpenedServer, signal: AbortSignal): Promise<string> {
  if (opened.kind === 'mysql') {
    const client = await connectMysql(opened, { signal, bytesMax: BYTES_MAX })
    try {
      return await untilAborted(askMysql(client), signal)
    } finally {
      client.destroy()
    }
  }
  const client = await connectPostgres(opened, { signal, bytesMax: BYTES_MAX })
  try {
    return await untilAborted(askPostgres(client), signal)
  } finally {
    void client.end().catch(() => undefined)
  }
}

async function askPostgres(client: Awaited<ReturnType<typeof connectPostgres>>): Promise<string> {
  const { rows } = await client.query<{ version: string }>('select version()')
  return String(rows[0]?.version)
}

async function askMysql(client: Awaited<ReturnType<typeof connectMysql>>): Promise<string> {
  const [rows] = await client.query('select version() as version')
  return String((rows as { version?: unknown }[])[0]?.version)
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const gone = Promise.withResolvers<never>()
  const onAbort = () => gone.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, gone.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    work.catch(() => undefined)
  }
}

/** A file that is not there yet is made by the first job; what is there must be a database. */
async function versionOfFile({ file }: OpenedFile): Promise<string> {
  const found = await stat(file).catch(() => null)
  try {
    await access(found === null ? dirname(file) : file, constants.W_OK)
    const database = new DatabaseSync(found === null ? ':memory:' : file, {
      readOnly: found !== null,
    })
    try {
      const row = database
        .prepare('select sqlite_version() as version from pragma_schema_version')
        .get()
      return String(row?.['version'])
    } finally {
      database.close()
    }
  } catch (cause) {
    const message = 'The file is not a SQLite database that can be written.'
    throw new AppError('connection_failed', message, { cause, details: { retryable: false } })
  }
}
