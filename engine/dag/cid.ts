// Content identifiers of our blocks: CIDv1, SHA-256, raw leaf or dag-pb node, as canonical base32 text and as bytes.
// Only these two kinds exist in the block store, so text equality is identity and no multibase library is needed.
import { hash } from 'node:crypto'

/** Bytes of a binary CID: version, codec, hash code, hash length, 32 bytes of SHA-256. */
export const CID_BYTES = 36
const PREFIX_BYTES = 4
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const ALPHABET_CODES = Buffer.from(ALPHABET)
const VALUES = new Uint8Array(128)
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value

const CODEC = { raw: 0x55, node: 0x70 } as const
const CANONICAL = /^(?:bafkrei|bafybei)[a-h][a-z2-7]{50}[aeimquy4]$/

/** `raw`: the block is bytes of a file. `node`: the block is a dag-pb node, a list of links. */
export type CidKind = keyof typeof CODEC

/** True for the canonical text of a CID that a block of ours can have. */
export function isCid(text: string): boolean {
  return CANONICAL.test(text)
}

/** The kind of a canonical CID. */
export function cidKind(cid: string): CidKind {
  return cid.startsWith('bafk') ? 'raw' : 'node'
}

/** SHA-256 of a block's bytes. */
export function digestOfBytes(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** The text of the CID with this SHA-256 digest (32 bytes). */
export function cidOfDigest(kind: CidKind, digest: Uint8Array): string {
  const bytes = new Uint8Array(CID_BYTES)
  bytes[0] = 1
  bytes[1] = CODEC[kind]
  bytes[2] = 0x12
  bytes[3] = 32
  bytes.set(digest, PREFIX_BYTES)
  return base32(bytes)
}

/** The CID of a block's bytes. */
export function cidOfBlock(kind: CidKind, bytes: Uint8Array): string {
  return cidOfDigest(kind, digestOfBytes(bytes))
}

/** The 36 bytes of a canonical CID. Throws RangeError on any other text. */
export function cidBytes(cid: string): Uint8Array {
  if (!isCid(cid)) throw new RangeError(`not a CID of a block: ${cid.slice(0, 80)}`)
  const bytes = new Uint8Array(CID_BYTES)
  let bits = 0
  let held = 0
  for (let at = 1, to = 0; to < CID_BYTES; at++) {
    bits = ((bits << 5) | (VALUES[cid.charCodeAt(at)] as number)) & 0xfff
    held += 5
    if (held < 8) continue
    held -= 8
    bytes[to++] = bits >>> held
  }
  return bytes
}

/** The canonical text of 36 bytes. Throws RangeError when they are not a CID of our two kinds. */
export function cidFromBytes(bytes: Uint8Array): string {
  const codec = bytes[1]
  const known = codec === CODEC.raw || codec === CODEC.node
  const shape = bytes.length === CID_BYTES && bytes[0] === 1 && bytes[2] === 0x12 && bytes[3] === 32
  if (!(known && shape)) throw new RangeError('not a CIDv1 of SHA-256 over a raw or dag-pb block')
  return base32(bytes)
}

/** The SHA-256 digest inside a canonical CID. Throws RangeError on any other text. */
export function digestOfCid(cid: string): Uint8Array {
  return cidBytes(cid).subarray(PREFIX_BYTES)
}

/** True when `bytes` are the block that `cid` names. */
export function verifyBlock(cid: string, bytes: Uint8Array): boolean {
  return isCid(cid) && cidOfBlock(cidKind(cid), bytes) === cid
}

function base32(bytes: Uint8Array): string {
  const text = Buffer.allocUnsafe(1 + Math.ceil((bytes.length * 8) / 5))
  text[0] = 0x62
  let bits = 0
  let held = 0
  let to = 1
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff
    for (held += 8; held >= 5; held -= 5) {
      text[to++] = ALPHABET_CODES[(bits >>> (held - 5)) & 31] as number
    }
  }
  if (held > 0) text[to] = ALPHABET_CODES[(bits << (5 - held)) & 31] as number
  return text.toString('latin1')
}
