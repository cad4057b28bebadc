// Concatenation without moving a byte: a balanced tree of nodes over parts that stay where they are.
// Over plain 1 MiB leaves it is exactly the tree (and CID) that importing the whole file would make.
import { cidOfBlock } from './cid.ts'
import { encodeDirectoryNode } from './node.ts'
import { fileNodeOf, type Link, MAX_LINKS } from './part.ts'

/** Receives each new block once it exists; blocks of the parts themselves are never emitted. */
export type Emit = (cid: string, block: Uint8Array) => void

const NOTHING = new Uint8Array(0)

/** One file that reads as the parts in order. Empty parts are dropped; no part at all is the empty leaf. O(parts). */
export function concatLinks(links: readonly Link[], emit: Emit): Link {
  let level = links.filter((link) => link.bytes > 0)
  if (level.length === 0) return emptyFile(emit)
  while (level.length > 1) level = levelAbove(level, emit)
  return level[0] as Link
}

/** A directory of files by name. Throws RangeError for an unusable or doubled name, or above MAX_LINKS entries. */
export function directoryOf(entries: readonly { name: string; link: Link }[], emit: Emit): Link {
  const names = new Set(entries.map((entry) => entry.name))
  const usable = (name: string) =>
    name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)
  if (names.size !== entries.length || entries.length > MAX_LINKS || ![...names].every(usable)) {
    throw new RangeError(`a directory needs at most ${MAX_LINKS} unique names without a slash`)
  }
  const block = encodeDirectoryNode(entries)
  const cid = cidOfBlock('node', block)
  emit(cid, block)
  const dagBytes = entries.reduce((sum, entry) => sum + entry.link.dagBytes, block.length)
  return { cid, bytes: 0, dagBytes }
}

function emptyFile(emit: Emit): Link {
  const cid = cidOfBlock('raw', NOTHING)
  emit(cid, NOTHING)
  return { cid, bytes: 0, dagBytes: 0 }
}

function levelAbove(level: readonly Link[], emit: Emit): Link[] {
  const above: Link[] = []
  for (let from = 0; from < level.length; from += MAX_LINKS) {
    const { link, node } = fileNodeOf(level.slice(from, from + MAX_LINKS))
    emit(node.cid, node.bytes)
    above.push(link)
  }
  return above
}
