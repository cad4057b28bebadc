// dag-pb nodes with UnixFS data: the link blocks of files and directories, encoded and decoded by hand because merging
// ten thousand parts through a general protobuf library costs several times more.
// Sources: the dag-pb and UnixFS specifications (canonical form: links before data, fields of a link in order).
import { CID_BYTES, cidBytes, cidFromBytes } from './cid.ts'
import type { Link } from './part.ts'
import { ByteReader, ByteWriter, varintLength } from './varint.ts'

/** A decoded node. `content[i]` is the bytes of content behind `links[i]` (files only). */
export type DagNode = {
  kind: 'file' | 'directory'
  bytes: number
  links: { cid: string; name: string; dagBytes: number }[]
  content: number[]
}

const TYPE = { directory: 1, file: 2 } as const
const WIRE_BYTES = 2
const field = (number: number, wire: number) => (number << 3) | wire

/** The block of a file node over parts in order. */
export function encodeFileNode(links: readonly Link[]): Uint8Array {
  let bytes = 0
  let sizesLength = 0
  for (const link of links) {
    bytes += link.bytes
    sizesLength += 1 + varintLength(link.bytes)
  }
  const data = new ByteWriter(3 + varintLength(bytes) + sizesLength)
  data.byte(field(1, 0)).byte(TYPE.file).byte(field(3, 0)).varint(bytes)
  for (const link of links) data.byte(field(4, 0)).varint(link.bytes)
  return encodeNode(links, data.bytes)
}

/** The block of a directory node; names must be unique. Entries are sorted by the bytes of their names. */
export function encodeDirectoryNode(entries: readonly { name: string; link: Link }[]): Uint8Array {
  const named = entries.map(({ name, link }) => ({ ...link, name: Buffer.from(name) }))
  named.sort((a, b) => Buffer.compare(a.name, b.name))
  return encodeNode(named, Uint8Array.of(field(1, 0), TYPE.directory))
}

type NamedLink = Link & { name?: Uint8Array }

function linkLength(link: NamedLink): number {
  const name = link.name?.length ?? 0
  return 2 + CID_BYTES + 1 + varintLength(name) + name + 1 + varintLength(link.dagBytes)
}

function encodeNode(links: readonly NamedLink[], data: Uint8Array): Uint8Array {
  let length = 1 + varintLength(data.length) + data.length
  for (const link of links) {
    const inner = linkLength(link)
    length += 1 + varintLength(inner) + inner
  }
  const out = new ByteWriter(length)
  for (const link of links) {
    out.byte(field(2, WIRE_BYTES)).varint(linkLength(link))
    out.byte(field(1, WIRE_BYTES)).varint(CID_BYTES).raw(cidBytes(link.cid))
    out.byte(field(2, WIRE_BYTES)).varint(link.name?.length ?? 0)
    if (link.name) out.raw(link.name)
    out.byte(field(3, 0)).varint(link.dagBytes)
  }
  out.byte(field(1, WIRE_BYTES)).varint(data.length).raw(data)
  return out.bytes
}

/** Decodes a node block. Throws RangeError on anything that is not a UnixFS file or directory of links. */
export function decodeNode(block: Uint8Array): DagNode {
  const reader = new ByteReader(block)
  const links: DagNode['links'] = []
  let data: Uint8Array | null = null
  while (!reader.atEnd()) {
    const tag = reader.varint()
    if (tag === field(2, WIRE_BYTES)) links.push(decodeLink(reader.take(reader.varint())))
    else if (tag === field(1, WIRE_BYTES)) data = reader.take(reader.varint())
    else throw new RangeError('not a dag-pb node')
  }
  if (!data) throw new RangeError('the node has no UnixFS data')
  const unixfs = decodeUnixfs(data)
  if (unixfs.kind === 'file' && unixfs.content.length !== links.length) {
    throw new RangeError('a file node needs a size for each link')
  }
  return { ...unixfs, links }
}

function decodeLink(bytes: Uint8Array): DagNode['links'][number] {
  const reader = new ByteReader(bytes)
  const link = { cid: '', name: '', dagBytes: 0 }
  while (!reader.atEnd()) {
    const tag = reader.varint()
    if (tag === field(1, WIRE_BYTES)) link.cid = cidFromBytes(reader.take(reader.varint()))
    else if (tag === field(2, WIRE_BYTES)) {
      link.name = Buffer.from(reader.take(reader.varint())).toString('utf8')
    } else if (tag === field(3, 0)) link.dagBytes = reader.varint()
    else throw new RangeError('not a dag-pb link')
  }
  if (link.cid === '') throw new RangeError('a dag-pb link without a CID')
  return link
}

function decodeUnixfs(bytes: Uint8Array): Omit<DagNode, 'links'> {
  const reader = new ByteReader(bytes)
  const content: number[] = []
  let type = -1
  let size = 0
  while (!reader.atEnd()) {
    const tag = reader.varint()
    if (tag === field(1, 0)) type = reader.varint()
    else if (tag === field(3, 0)) size = reader.varint()
    else if (tag === field(4, 0)) content.push(reader.varint())
    else throw new RangeError('UnixFS data of a kind that is never written here')
  }
  if (type !== TYPE.file && type !== TYPE.directory) throw new RangeError('not a file or directory')
  return { kind: type === TYPE.file ? 'file' : 'directory', bytes: size, content }
}
