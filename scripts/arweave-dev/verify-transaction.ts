// The checks of a format 2 data transaction before it is accepted (Arweave node, apps/arweave/src/ar_tx.erl, do_verify).

import { constants, createHash, createPublicKey, verify } from 'node:crypto'
import Arweave from 'arweave'
import { type Header, priceOf } from './ledger.ts'
import { Refusal, refuseTransaction } from './refusal.ts'

const OWNER_BYTES = 512
const HASH_BYTES = 32
const MAX_TAGS_BYTES = 2048
const MAX_DATA_BYTES = 10 * 1024 * 1024
const BASE64URL = /^[\w-]*$/
const DECIMAL = /^(0|[1-9]\d{0,29})$/

/** Checks all that needs no balance. Returns the header and the data that came with it, if any. */
export async function verifyTransaction(
  value: unknown,
  anchor: string,
): Promise<{ header: Header; data: Buffer }> {
  const { header, data } = parse(value)
  if (header.target !== '' || header.quantity !== '0')
    throw refuseTransaction('not_a_data_transaction')
  if (!fieldsFit(header)) throw refuseTransaction('tx_fields_too_large')
  if ((header.data_size === '0') !== (header.data_root === '')) {
    throw refuseTransaction('tx_data_size_data_root_mismatch')
  }
  const id = createHash('sha256').update(bytesOf(header.signature)).digest('base64url')
  if (id !== header.id) throw refuseTransaction('tx_id_not_valid')
  if (!(await isSigned(header))) throw refuseTransaction('tx_signature_not_valid')
  if (BigInt(header.reward) < priceOf(Number(header.data_size))) {
    throw refuseTransaction('tx_too_cheap')
  }
  if (header.last_tx !== anchor)
    throw new Refusal(400, 'Invalid anchor (last_tx).', 'tx_bad_anchor')
  return { header, data }
}

function parse(value: unknown): { header: Header; data: Buffer } {
  const fields = Object(value) as Record<string, unknown>
  const text = (name: string, pattern: RegExp): string => {
    const field = fields[name]
    if (typeof field === 'string' && pattern.test(field)) return field
    throw new Refusal(400, 'Invalid JSON.', `bad_field_${name}`)
  }
  if (fields['format'] !== 2) throw refuseTransaction('unsupported_format')
  const data = Buffer.from(fields['data'] === undefined ? '' : text('data', BASE64URL), 'base64url')
  const header: Header = {
    format: 2,
    id: text('id', BASE64URL),
    last_tx: text('last_tx', BASE64URL),
    owner: text('owner', BASE64URL),
    tags: parseTags(fields['tags']),
    target: text('target', BASE64URL),
    quantity: text('quantity', DECIMAL),
    data: '',
    data_size: text('data_size', DECIMAL),
    data_root: text('data_root', BASE64URL),
    reward: text('reward', DECIMAL),
    signature: text('signature', BASE64URL),
  }
  if (data.length > MAX_DATA_BYTES) throw refuseTransaction('tx_fields_too_large')
  return { header, data }
}

function parseTags(value: unknown): Header['tags'] {
  if (!Array.isArray(value)) throw new Refusal(400, 'Invalid JSON.', 'bad_field_tags')
  return value.map((tag: unknown) => {
    const { name, value: text } = Object(tag) as Record<string, unknown>
    const good = typeof name === 'string' && typeof text === 'string'
    if (good && BASE64URL.test(name) && BASE64URL.test(text)) return { name, value: text }
    throw new Refusal(400, 'Invalid JSON.', 'bad_field_tags')
  })
}

// The signed bytes come from arweave-js: the gateway judges by the reference, not by the product's own code.
async function isSigned(header: Header): Promise<boolean> {
  const transaction = Arweave.init({}).transactions.fromRaw(header)
  const signed = await transaction.getSignatureData()
  const padding = constants.RSA_PKCS1_PSS_PADDING
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n: header.owner, e: 'AQAB' }, format: 'jwk' })
    return verify('sha256', signed, { key, padding }, bytesOf(header.signature))
  } catch {
    return false
  }
}

function fieldsFit(header: Header): boolean {
  const rootBytes = bytesOf(header.data_root).length
  return (
    bytesOf(header.owner).length === OWNER_BYTES &&
    (rootBytes === 0 || rootBytes === HASH_BYTES) &&
    Number.isSafeInteger(Number(header.data_size)) &&
    tagBytes(header) <= MAX_TAGS_BYTES
  )
}

function tagBytes({ tags }: Header): number {
  return tags.reduce(
    (sum, { name, value }) => sum + bytesOf(name).length + bytesOf(value).length,
    0,
  )
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}
