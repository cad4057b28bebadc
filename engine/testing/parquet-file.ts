// Parquet files as nobody should write them: every length in them is what the caller says (Apache Parquet, "File
// Format"; Apache Thrift, "Thrift Compact protocol encoding").

type Item = { type: number; bytes: Buffer }

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return Buffer.from([...bytes, left])
}

const zigzag = (value: number): Buffer => varint(value < 0 ? -2 * value - 1 : 2 * value)
export const int = (value: number): Item => ({ type: 5, bytes: zigzag(value) })
export const long = (value: number): Item => ({ type: 6, bytes: zigzag(value) })
export const raw = (type: number, bytes: Buffer): Item => ({ type, bytes })
const text = (value: string): Item => ({
  type: 8,
  bytes: Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]),
})
export const list = (type: number, items: readonly Item[]): Item => ({
  type: 9,
  bytes: Buffer.concat([
    ...[Buffer.from([0xf0 | type]), varint(items.length)],
    ...items.map(({ bytes }) => bytes),
  ]),
})

/** Fields by their ids, in the order of these. */
export function struct(fields: Readonly<Record<number, Item>>): Item {
  let before = 0
  const pieces = Object.entries(fields).flatMap(([id, { type, bytes }]) => {
    const head = Buffer.from([((Number(id) - before) << 4) | type])
    before = Number(id)
    return [head, bytes]
  })
  return { type: 12, bytes: Buffer.concat([...pieces, Buffer.from([0])]) }
}

/** Numbers of the format's enumerations. */
export const TYPE = { INT32: 1, INT64: 2, BYTE_ARRAY: 6 } as const
export const ENCODING = { PLAIN: 0, DELTA: 5, DELTA_BYTES: 7, DICTIONARY: 8 } as const
export const CODEC = { NONE: 0, SNAPPY: 1, ZSTD: 6 } as const

export type PageSpec = {
  body: Buffer
  values: number
  encoding?: number
  /** What it says it is unpacked; the body's length else. */
  unpacked?: number
  packed?: number
}

export function page({ body, values, encoding = 0, unpacked, packed }: PageSpec): Buffer {
  const header = struct({
    1: int(0),
    2: int(unpacked ?? body.length),
    3: int(packed ?? body.length),
    5: struct({ 1: int(values), 2: int(encoding), 3: int(3), 4: int(3) }),
  })
  return Buffer.concat([header.bytes, body])
}

export type FileSpec = {
  rows: number
  chunk: Buffer
  type?: number
  codec?: number
  optional?: boolean
  /** Groups that all say the same. */
  groups?: number
  offset?: number
  length?: number
  names?: readonly string[]
}

/** One chunk of pages, which all columns of all groups say is theirs. */
export function parquetFile({ chunk, offset = 4, ...spec }: FileSpec): Buffer {
  const { rows, type = TYPE.INT32, codec = 0, optional = false, names = ['a'] } = spec
  const column = (name: string): Item =>
    struct({ 1: int(type), 3: int(optional ? 1 : 0), 4: text(name) })
  const meta = (name: string): Item =>
    struct({
      ...{ 1: int(type), 2: list(5, [int(0)]), 3: list(8, [text(name)]), 4: int(codec) },
      ...{ 5: long(rows), 6: long(chunk.length), 7: long(spec.length ?? chunk.length) },
      9: long(offset),
    })
  const columns = names.map((name) => struct({ 2: long(offset), 3: meta(name) }))
  const group = struct({ 1: list(12, columns), 2: long(chunk.length), 3: long(rows) })
  const root = struct({ 4: text('root'), 5: int(names.length) })
  return footed(chunk, {
    1: int(1),
    2: list(12, [root, ...names.map(column)]),
    3: long(rows),
    4: list(
      12,
      Array.from({ length: spec.groups ?? 1 }, () => group),
    ),
  })
}

/** A file of any footer. */
export function footed(chunk: Buffer, footer: Readonly<Record<number, Item>>): Buffer {
  const { bytes } = struct(footer)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  const magic = Buffer.from('PAR1')
  return Buffer.concat([magic, chunk, bytes, length, magic])
}
