// A client of a user's PostgreSQL: at the address that was checked, with nothing taken from our own environment.

import { Socket } from 'node:net'
import pg from 'pg'
import { type OpenedServer, tlsOptionsOf } from './connection.ts'
import { connectionFailure, isWithoutTls } from './failure.ts'
import { limitBytes } from './limit-bytes.ts'

/** `bytesMax`: the connection breaks when more than that came from the server; without a limit by default. */
export type ConnectOptions = { signal: AbortSignal; bytesMax?: number }

/**
 * Connected; the caller ends it. A connection that breaks fails the query under way or the next one. Throws AppError
 * `connection_failed`. Timeouts of statements are the caller's to set, in its transactions: poolers refuse them here.
 */
export async function connectPostgres(
  opened: OpenedServer,
  { signal, bytesMax = Infinity }: ConnectOptions,
): Promise<pg.Client> {
  const tls = tlsOptionsOf(opened)
  const limits = { signal, bytesMax }
  try {
    return await connectOnce(opened, tls ?? false, limits).catch((error: unknown) => {
      if (opened.tls === 'prefer' && isWithoutTls(error)) return connectOnce(opened, false, limits)
      throw error
    })
  } catch (error) {
    signal.throwIfAborted()
    throw connectionFailure(error, opened)
  }
}

async function connectOnce(
  opened: OpenedServer,
  ssl: NonNullable<pg.ClientConfig['ssl']>,
  { signal, bytesMax }: Required<ConnectOptions>,
): Promise<pg.Client> {
  signal.throwIfAborted()
  const { host, port, database, user, password, options } = opened
  // Ours, to be cut: the client's own end waits for a server that may be silent.
  const socket = new Socket()
  limitBytes(socket, bytesMax)
  const client = new pg.Client({
    stream: () => socket,
    host,
    port,
    database,
    user,
    // A function, because the driver takes an empty password as leave to look for one of ours.
    password: () => password ?? '',
    ssl,
    application_name: 'syndata',
    connectionTimeoutMillis: options.connect_timeout_ms,
    keepAlive: true,
  })
  // An error event that nobody hears ends the process.
  client.on('error', () => undefined)
  const onAbort = () => void socket.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await client.connect()
    return client
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
