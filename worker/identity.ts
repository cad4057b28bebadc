// Who this worker is, over restarts: a key made here that never leaves, and what enrolment said of it.

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#engine/errors.ts'

export type Membership = {
  workerId: string
  region: string
  /** The enrolment token it came from, by its id. */
  tokenId: string
  /** PEM of the only root that this worker trusts for the fleet. */
  authority: string
  /** host:port of fleet gateways. */
  addresses: string[]
}

export type Identity = {
  privateKey: KeyObject
  /** Null until enrolled. */
  membership: Membership | null
}

export type IdentityFile = {
  /** The identity of the folder; a new key pair, already written down, if there is none. */
  load(): Promise<Identity>
  save(identity: Identity): Promise<void>
}

type Stored = { version: 1; private_key: string; membership: Membership | null }

/** `<dir>/identity.json`, readable by its owner alone and replaced as a whole. */
export function createIdentityFile(dir: string): IdentityFile {
  const path = join(dir, 'identity.json')

  async function save({ privateKey, membership }: Identity): Promise<void> {
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const stored: Stored = { version: 1, private_key: key, membership }
    const temporary = `${path}.${process.pid}.tmp`
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(stored, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  }

  return {
    save,
    async load() {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      if (text !== null) return parse(text, path)
      const identity = { privateKey: generateKeyPairSync('ed25519').privateKey, membership: null }
      await save(identity)
      return identity
    },
  }
}

function parse(text: string, path: string): Identity {
  try {
    const { version, private_key, membership } = JSON.parse(text) as Stored
    if (version !== 1) throw new Error(`version ${String(version)}`)
    return { privateKey: createPrivateKey(private_key), membership }
  } catch (cause) {
    const message = `${path} is damaged; remove it and enrol the machine with a new token`
    throw new AppError('invalid_request', message, { cause })
  }
}
