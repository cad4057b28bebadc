// Keys that all replicas share (CA, upload tokens, download links) rest in Postgres, sealed under the master key.

import type { Database } from '#coordinator/database/database.ts'
import { AppError } from '#engine/errors.ts'
import { seal, unseal } from './seal.ts'

const MASTER_KEY_BYTES = 32

export type SealedSecrets = {
  /** The secret of this name; `make` runs at most once per installation as far as anybody can tell. */
  getOrCreate(name: string, make: () => Buffer | Promise<Buffer>): Promise<Buffer>
}

/** `masterKey` is 32 bytes. Throws `infrastructure` for a secret that another master key sealed. */
export function createSealedSecrets(database: Database, masterKey: Buffer): SealedSecrets {
  if (masterKey.length !== MASTER_KEY_BYTES) {
    throw new TypeError(`the master key has ${masterKey.length} bytes, not ${MASTER_KEY_BYTES}`)
  }
  const read = async (name: string): Promise<Buffer | null> => {
    const [row] = await database.query<{ sealed: Buffer }>(
      'select sealed from secrets where name = $1',
      [name],
    )
    return row === undefined ? null : open(masterKey, name, row.sealed)
  }
  return {
    async getOrCreate(name, make) {
      const existing = await read(name)
      if (existing !== null) return existing
      // Replicas may race here: the first insert wins and everybody reads it back.
      await database.query(
        'insert into secrets (name, sealed) values ($1, $2) on conflict (name) do nothing',
        [name, seal(masterKey, name, await make())],
      )
      const stored = await read(name)
      if (stored === null) throw new AppError('infrastructure', `Secret ${name} was not stored`)
      return stored
    },
  }
}

function open(masterKey: Buffer, name: string, sealed: Buffer): Buffer {
  try {
    return unseal(masterKey, name, sealed)
  } catch (cause) {
    throw new AppError('infrastructure', `Secret ${name} was sealed under another master key`, {
      cause,
    })
  }
}
