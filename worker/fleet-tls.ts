// How a worker comes to trust its coordinators: the token carries the hash of their CA, a first handshake shows
// the CA itself, and from then on it is the only root.

import { createHash, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import { AppError } from '#engine/errors.ts'
import { FLEET_SERVER_NAME } from '#proto/challenge.ts'

const CHAIN_LENGTH_MAX = 5

/**
 * PEM of the CA that the server at `address` (host:port) shows in its chain, if its hex SHA-256 is `fingerprint`.
 * AppError `unavailable` when nobody answers, `enrollment_refused` when the CA is another one.
 */
export async function fetchAuthority(
  address: string,
  { fingerprint, timeoutMs = 5_000 }: { fingerprint: string; timeoutMs?: number },
): Promise<string> {
  const chain = await shownChain(address, timeoutMs)
  const authority = chain.find((der) => sha256(der) === fingerprint)
  if (authority) return new X509Certificate(authority).toString()
  throw new AppError(
    'enrollment_refused',
    `${address} does not show the certificate authority that the token names`,
  )
}

const sha256 = (der: Buffer): string => createHash('sha256').update(der).digest('hex')

/** DER of what the server sends; nothing is believed of it but its hashes. */
function shownChain(address: string, timeoutMs: number): Promise<Buffer[]> {
  const { hostname, port } = new URL(`tls://${address}`)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(port),
      servername: FLEET_SERVER_NAME,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      ...(isIP(host) ? {} : { autoSelectFamily: true }),
    })
    const fail = (cause: Error) => {
      socket.destroy()
      reject(new AppError('unavailable', `${address}: ${cause.message}`, { cause }))
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`no handshake in ${timeoutMs} ms`)))
    socket.once('error', fail)
    socket.once('secureConnect', () => {
      resolve(chainOf(socket.getPeerCertificate(true)))
      socket.destroy()
    })
  })
}

function chainOf(leaf: DetailedPeerCertificate): Buffer[] {
  const chain: Buffer[] = []
  let at: DetailedPeerCertificate | undefined = leaf
  while (at?.raw && chain.length < CHAIN_LENGTH_MAX) {
    chain.push(at.raw)
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate
  }
  return chain
}
