// The sink speaks TLS under the fleet's CA, whose pin workers have, wherever it can be reached from outside.

import { isIP } from 'node:net'
import type { SealedSecrets } from '../identity/sealed-secrets.ts'

type Listener = { host: string; url: string }
type Tls = { tls?: { key: string; cert: string } }

/** Nothing for a listener on loopback; a certificate for the host that workers are told otherwise. */
export async function tlsFor(secrets: SealedSecrets, { host, url }: Listener): Promise<Tls> {
  if (isLoopback(host)) return {}
  const { createCertificateAuthority } = await import('../identity/certificate-authority.ts')
  const authority = await createCertificateAuthority({ secrets })
  const hosts = [...new Set([host, new URL(url).hostname])]
  const { key, certificate } = await authority.issueServerCertificate({ hosts })
  return { tls: { key, cert: certificate } }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1'
