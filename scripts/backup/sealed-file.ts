// The secrets of an installation in one file that a passphrase opens: scrypt, then AES-256-GCM.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { StackError } from '../stack/stack-error.ts'

export const PASSPHRASE = 'SYNDATA_BACKUP_PASSPHRASE'
const PASSPHRASE_MIN = 12
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 }
const KEY_BYTES = 32
const [SALT_BYTES, NONCE_BYTES, TAG_BYTES] = [16, 12, 16]

const keyOf = (passphrase: string, salt: Buffer): Buffer =>
  scryptSync(passphrase, salt, KEY_BYTES, COST)

/** Text by file name; one value for all, of salt, nonce, tag and what is sealed. StackError when the passphrase is short. */
export function seal(files: Record<string, string>, passphrase: string): Buffer {
  if (passphrase.length < PASSPHRASE_MIN)
    throw new StackError(
      `${PASSPHRASE} has fewer than ${PASSPHRASE_MIN} characters`,
      `Set ${PASSPHRASE} to a longer one, and keep it apart from the backup.`,
    )
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), nonce)
  const body = Buffer.concat([cipher.update(JSON.stringify(files)), cipher.final()])
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), body])
}

/** The reverse. StackError when the passphrase is another one, or the file was changed. */
export function unseal(sealed: Buffer, passphrase: string): Record<string, string> {
  const [nonceAt, tagAt] = [SALT_BYTES, SALT_BYTES + NONCE_BYTES]
  const bodyAt = tagAt + TAG_BYTES
  try {
    const key = keyOf(passphrase, sealed.subarray(0, nonceAt))
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(nonceAt, tagAt))
    decipher.setAuthTag(sealed.subarray(tagAt, bodyAt))
    const text = Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()])
    return JSON.parse(text.toString()) as Record<string, string>
  } catch (cause) {
    throw new StackError(
      'the secrets of the backup do not open',
      `Set ${PASSPHRASE} to the passphrase that it was made with.`,
      { cause },
    )
  }
}
