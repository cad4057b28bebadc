// The installation's own CA: made once, sealed in Postgres, shared by every replica. Workers know it by its
// fingerprint from their enrolment token and trust nothing else.

// The X.509 library looks for this polyfill while it loads.
import 'reflect-metadata'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { FLEET_SERVER_NAME } from '#proto/challenge.ts'
import type { SealedSecrets } from './sealed-secrets.ts'

const DAY_MS = 86_400_000
/** Machines whose clocks are behind must accept it too. */
const BACKDATED_MS = DAY_MS
const CA_DAYS = 20 * 365
const SERVER_DAYS = 825

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export type ServerCertificate = {
  /** PEM, PKCS #8. */
  key: string
  /** PEM chain: the server's certificate, then the CA's. */
  certificate: string
  /** DER of the server's certificate alone: what workers sign beside the nonce. */
  der: Buffer
}

export type CertificateAuthority = {
  /** PEM of the CA. */
  certificate: string
  /** Hex SHA-256 of the CA's DER. */
  fingerprint: string
  /** A fresh key and certificate for one process, reachable under these names and addresses. */
  issueServerCertificate(options: { hosts: string[] }): Promise<ServerCertificate>
}

/** Reads the CA, or makes it at the first start; replicas that start together end with the same one. */
export async function createCertificateAuthority({
  secrets,
}: {
  secrets: Pick<SealedSecrets, 'getOrCreate'>
}): Promise<CertificateAuthority> {
  const stored = await secrets.getOrCreate('fleet-ca', makeAuthority)
  const { key, certificate } = JSON.parse(stored.toString()) as { key: string; certificate: string }
  const issuer = new X509Certificate(certificate)
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    PemConverter.decodeFirst(key),
    ALGORITHM,
    false,
    ['sign'],
  )
  return {
    certificate,
    fingerprint: createHash('sha256').update(Buffer.from(issuer.rawData)).digest('hex'),
    issueServerCertificate: ({ hosts }) => issue({ issuer, signingKey, hosts }),
  }
}

async function makeAuthority(): Promise<Buffer> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: `CN=syndata fleet CA ${randomBytes(4).toString('hex')}`,
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    ...validity(CA_DAYS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  const key = await privatePem(keys.privateKey)
  return Buffer.from(JSON.stringify({ key, certificate: certificate.toString('pem') }))
}

async function issue({
  issuer,
  signingKey,
  hosts,
}: {
  issuer: X509Certificate
  signingKey: webcrypto.CryptoKey
  hosts: string[]
}): Promise<ServerCertificate> {
  const keys = await newKeys()
  const names = [FLEET_SERVER_NAME, ...hosts].map(generalName)
  const certificate = await X509CertificateGenerator.create({
    publicKey: keys.publicKey,
    signingKey,
    subject: 'CN=syndata coordinator',
    issuer: issuer.subject,
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    ...validity(SERVER_DAYS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  })
  return {
    key: await privatePem(keys.privateKey),
    certificate: `${certificate.toString('pem')}\n${issuer.toString('pem')}\n`,
    der: Buffer.from(certificate.rawData),
  }
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

/** 127 random bits: positive in DER whatever they are. */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('hex')
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now - BACKDATED_MS), notAfter: new Date(now + days * DAY_MS) }
}

const generalName = (value: string): JsonGeneralName => ({
  type: isIP(value) ? 'ip' : 'dns',
  value,
})
