// From a host name to the one address that is connected to: looked up once, checked, and never looked up again, so
// that a name whose addresses change between check and connection leads nowhere.

import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { AppError } from '#engine/errors.ts'
import type { HostRule } from './host-rules.ts'

type Place = { host: string; port: number }
type Reach = { hosts: readonly HostRule[]; timeoutMs: number; signal: AbortSignal }
type Address = { address: string; family: number }

/**
 * An address of `host` that the rules allow. Throws AppError `forbidden` when any of its addresses is outside of them,
 * `connection_failed` when it has none, or has several of which none answers within the time.
 */
export async function checkedAddress({ host, port }: Place, reach: Reach): Promise<string> {
  reach.signal.throwIfAborted()
  const addresses = await addressesOf(host, reach)
  const refused = addresses.find(
    ({ address }) => !reach.hosts.some((allows) => allows({ host, address, port })),
  )
  if (refused !== undefined) {
    throw new AppError(
      'forbidden',
      `Connections to ${host}, port ${port}, are not allowed: the operator names such hosts in SYNDATA_DATABASE_HOSTS.`,
    )
  }
  const [first] = addresses
  if (first === undefined) throw noAddress(host)
  return addresses.length === 1 ? first.address : firstToAnswer(addresses, { host, port }, reach)
}

async function addressesOf(host: string, { timeoutMs, signal }: Reach): Promise<Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const found = lookup(host, { all: true }).catch((cause: unknown) => {
    throw noAddress(host, cause)
  })
  const gone = Promise.withResolvers<never>()
  const onAbort = () => gone.reject(noAddress(host))
  limit.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([found, gone.promise])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    limit.removeEventListener('abort', onAbort)
  }
}

/** One name, a server on only some of its addresses, as with `localhost`: whichever takes a connection first. */
function firstToAnswer(addresses: Address[], place: Place, reach: Reach): Promise<string> {
  const { host, port } = place
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({
    host,
    port,
    lookup: (_, __, done) => done(null, addresses),
    autoSelectFamily: true,
    timeout: reach.timeoutMs,
    signal: reach.signal,
  })
  socket.once('connect', () => {
    resolve(socket.remoteAddress ?? '')
    socket.destroy()
  })
  socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
  socket.once('error', (cause) =>
    reject(reach.signal.aborted ? reach.signal.reason : silent(place, cause)),
  )
  return promise
}

const silent = ({ host, port }: Place, cause: unknown): AppError =>
  new AppError('connection_failed', `${host} does not answer at port ${port}.`, { cause })

const noAddress = (host: string, cause?: unknown): AppError =>
  new AppError('connection_failed', `The host name ${host} leads to no address.`, { cause })
