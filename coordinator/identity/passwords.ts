// Password hashes: scrypt with its parameters beside it, so that they can be raised without a migration.

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

// OWASP's minimum for scrypt: 32 MiB and about 0.1 s a hash.
const COST = 2 ** 15
const BLOCK_SIZE = 8
const PARALLEL = 3
const SALT_BYTES = 16
const KEY_BYTES = 32
const MEMORY_MAX_BYTES = 64 * 1024 * 1024

/** `scrypt$<cost>$<block size>$<parallel>$<salt>$<key>`, salt and key in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, { N: COST, r: BLOCK_SIZE, p: PARALLEL })
  const numbers = [COST, BLOCK_SIZE, PARALLEL]
  return ['scrypt', ...numbers, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** False for a wrong password and for a hash of a form that it does not know. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [kind, cost, blockSize, parallel, salt, key] = stored.split('$')
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return false
  const options = { N: Number(cost), r: Number(blockSize), p: Number(parallel) }
  const expected = Buffer.from(key, 'base64url')
  const actual = await derive(password, Buffer.from(salt, 'base64url'), options)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer) => (error ? reject(error) : resolve(key))
    scrypt(
      password.normalize('NFKC'),
      salt,
      KEY_BYTES,
      { ...options, maxmem: MEMORY_MAX_BYTES },
      done,
    )
  })
}
