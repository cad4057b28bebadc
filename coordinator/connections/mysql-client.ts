// A client of a user's MySQL or MariaDB, at the address that was checked. Few installations need its library, which is
// loaded with the first.

import { connect } from 'node:net'
import type { Connection } from 'mysql2/promise'
import type { OpenedServer } from './connection.ts'
import { connectionFailure, isWithoutTls } from './failure.ts'
import { limitBytes } from './limit-bytes.ts'
import type { ConnectOptions } from './postgres-client.ts'

type How = ConnectOptions & {
  /** Lets the server ask for rows where a statement brings a stream of its own; never for files of ours. */
  localFiles?: boolean
}

/** Connected; the caller ends it. Throws AppError `connection_failed`. */
export async function connectMysql(opened: OpenedServer, how: How): Promise<Connection> {
  try {
    return await connectOnce(opened, opened.tls !== 'disable', how).catch((error: unknown) => {
      if (opened.tls === 'prefer' && isWithoutTls(error)) return connectOnce(opened, false, how)
      throw error
    })
  } catch (error) {
    how.signal.throwIfAborted()
    throw connectionFailure(error, opened)
  }
}

async function connectOnce(
  opened: OpenedServer,
  withTls: boolean,
  { signal, bytesMax = Infinity, localFiles = false }: How,
): Promise<Connection> {
  const { createConnection } = await import('mysql2/promise')
  signal.throwIfAborted()
  const { host, servername, port, database, user, password = '', tls, options } = opened
  const verify = tls === 'verify'
  const socket = connect({ host, port, noDelay: true, keepAlive: true })
  limitBytes(socket, bytesMax)
  const onAbort = () => void socket.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    const client = await createConnection({
      // For TLS and messages only: the socket is there already.
      host: servername,
      stream: () => socket,
      port,
      database,
      user,
      password,
      connectTimeout: options.connect_timeout_ms,
      // A server must not be able to ask for files of ours.
      flags: [localFiles ? 'LOCAL_FILES' : '-LOCAL_FILES'],
      ...(withTls ? { ssl: { rejectUnauthorized: verify, verifyIdentity: verify } } : {}),
    })
    client.on('error', () => undefined)
    return client
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
