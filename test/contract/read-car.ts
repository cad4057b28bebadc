// A CAR as a suspicious service reads it: every block hashed, every link of the tree followed. By the specification,
// with its own decoder of CIDs and nodes, so that writer and reader share no mistake.
import { createHash } from 'node:crypto'
import { decode } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'

export type CarTree = { root: string; blocks: Map<string, Uint8Array> }

const DAG_PB = 0x70

/** Throws when a block is not what its CID says, is missing or is not under the root. */
export function readCarTree(car: Uint8Array): CarTree {
  const header = takeFrame(car, 0)
  const root = rootOf(header.bytes)
  const blocks = new Map<string, Uint8Array>()
  for (let at = header.end; at < car.length; ) {
    const { bytes: entry, end } = takeFrame(car, at)
    const [cid, bytes] = CID.decodeFirst(entry)
    const digest = createHash('sha256').update(bytes).digest()
    if (!digest.equals(cid.multihash.digest)) throw new Error(`block ${cid.toString()} is damaged`)
    blocks.set(cid.toString(), bytes)
    at = end
  }
  const reached = reachable(root, blocks)
  if (reached.size !== blocks.size) throw new Error('the archive has blocks of another tree')
  return { root, blocks }
}

function reachable(root: string, blocks: Map<string, Uint8Array>): Set<string> {
  const reached = new Set<string>()
  const open = [root]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const block = blocks.get(next)
    if (!block) throw new Error(`block ${next} is missing`)
    reached.add(next)
    if (CID.parse(next).code !== DAG_PB) continue
    open.push(...decode(block).Links.map((link) => link.Hash.toString()))
  }
  return reached
}

function takeFrame(car: Uint8Array, from: number): { bytes: Uint8Array; end: number } {
  let length = 0
  let at = from
  for (let shift = 1; ; shift *= 128) {
    const byte = car[at++]
    if (byte === undefined) throw new Error('the archive is cut off')
    length += (byte & 127) * shift
    if (byte < 128) break
  }
  if (at + length > car.length) throw new Error('the archive is cut off')
  return { bytes: car.subarray(at, at + length), end: at + length }
}

// The header names one root: the only byte string of a header of ours, after its leading zero.
function rootOf(header: Uint8Array): string {
  const at = Buffer.from(header).indexOf(Buffer.of(0xd8, 0x2a, 0x58))
  return CID.decode(header.subarray(at + 5, at + 5 + 36)).toString()
}
