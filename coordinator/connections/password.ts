// Passwords of connections: sealed before they are stored, or named by a reference that is followed only at the moment
// of connecting.

import { createHmac, randomBytes } from 'node:crypto'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { seal, unseal } from '#coordinator/identity/seal.ts'
import type { SealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { AppError } from '#engine/errors.ts'
import { SECRET_REF } from '#settings/secrets.ts'
import type { ConnectionSettings } from './settings.ts'

const KEY_NAME = 'connection-passwords'
const KEY_BYTES = 32
const FILE_BYTES_MAX = 4096

export type StoredPassword = { password_sealed: Buffer | null; password_ref: string | null }

export type References = Pick<ConnectionSettings, 'secretsDir' | 'variable'>

const keyOf = (secrets: SealedSecrets): Promise<Buffer> =>
  secrets.getOrCreate(KEY_NAME, () => randomBytes(KEY_BYTES))

/** Opens for the connection of this id alone. */
export async function sealPassword(
  secrets: SealedSecrets,
  connectionId: string,
  password: string,
): Promise<Buffer> {
  return seal(await keyOf(secrets), connectionId, Buffer.from(password))
}

/**
 * The body of a new connection with its secrets as keyed digests: what is kept of it, to know a repeated request by, is
 * of no use for guessing them.
 */
export async function withoutSecrets(secrets: SealedSecrets, body: object): Promise<object> {
  const key = await keyOf(secrets)
  const digest = (value: unknown): unknown =>
    typeof value === 'string' ? createHmac('sha256', key).update(value).digest('hex') : value
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) =>
      name === 'password' || name === 'url' ? [name, digest(value)] : [name, value],
    ),
  )
}

/**
 * Undefined when the connection has none. AppError `connection_failed`, not worth a retry, when what a reference
 * names is not there; `infrastructure` when the sealed bytes are not ours.
 */
export async function passwordOf(
  deps: { secrets: SealedSecrets; references: References },
  connectionId: string,
  { password_sealed: sealed, password_ref: ref }: StoredPassword,
): Promise<string | undefined> {
  if (ref !== null) return resolveReference(ref, deps.references)
  if (sealed === null) return undefined
  const key = await keyOf(deps.secrets)
  try {
    return unseal(key, connectionId, sealed).toString()
  } catch (cause) {
    throw new AppError(
      'infrastructure',
      `The password of connection ${connectionId} does not open`,
      {
        cause,
      },
    )
  }
}

/** The secret that a reference names. AppError `connection_failed`, not worth a retry, when it is not there. */
export async function resolveReference(ref: string, references: References): Promise<string> {
  if (!new RegExp(SECRET_REF).test(ref)) throw missing(ref)
  const name = ref.slice(ref.indexOf(':') + 1)
  const secret = ref.startsWith('env:')
    ? references.variable(name)
    : await readSecretFile(references.secretsDir, name).catch((cause: unknown) => {
        throw missing(ref, cause)
      })
  if (!secret) throw missing(ref)
  return secret
}

/** Links may lead around inside the folder, as they do in mounted secrets, but not out of it. */
async function readSecretFile(folder: string | null, name: string): Promise<string | undefined> {
  if (folder === null) return undefined
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))])
  if (!path.startsWith(root + sep)) return undefined
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(FILE_BYTES_MAX + 1) })
    if (bytesRead > FILE_BYTES_MAX) return undefined
    return buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
  } finally {
    await file.close()
  }
}

function missing(ref: string, cause?: unknown): AppError {
  return new AppError(
    'connection_failed',
    `The secret ${ref} is not there: the operator sets it on every process of the installation that needs it.`,
    { cause, details: { retryable: false } },
  )
}
