// Runs of levels and codes, and blocks of differences, in pages of Parquet: whether they are as long as they may be
// (Apache Parquet, "Encodings": RLE and DELTA_BINARY_PACKED).

import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { readVarInt } from 'hyparquet/src/thrift.js'
import { strictVarint } from './varint.ts'

/** Bits of a value, and how many values there are. */
export type Runs = { width: number; values: number }

/** Values by which writers fill their last run up. */
const FILLED_UP = 1024
const GROUP = 8

/** RangeError for a run of more values than are left. */
export function checkRuns(view: DataView, from: number, { width, values }: Runs): void {
  const reader = { view, offset: from }
  for (let seen = 0; seen < values; ) {
    const head = readVarInt(reader)
    if (head < 0) throw new RangeError('a run of less than nothing')
    const isPacked = (head & 1) === 1
    const count = isPacked ? (head >>> 1) * GROUP : head >>> 1
    if (count > values - seen + FILLED_UP) throw new RangeError('a run longer than its page')
    reader.offset += isPacked ? (head >>> 1) * width : (width + 7) >> 3
    seen += count
  }
}

/** How many of the values of runs that were checked are the highest. */
export function presentIn(
  view: DataView,
  from: number,
  { width, values, highest }: Runs & { highest: number },
): number {
  const reader = { view, offset: from }
  const head = values === 0 ? 0 : readVarInt(reader)
  if ((head & 1) === 0 && head >>> 1 >= values)
    return values > 0 && view.getUint8(reader.offset) === highest ? values : 0
  const all = new Array<number>(values)
  readRleBitPackedHybrid({ view, offset: from }, width, all, view.byteLength - from)
  return all.reduce((sum, level) => sum + (level === highest ? 1 : 0), 0)
}

/** RangeError for blocks of 64-bit differences with integers of more bytes than there can be. */
export function checkLongDeltas(view: DataView, from: number, values: number): void {
  const cursor = { view, at: from }
  const [blockValues, blocks] = [strictVarint(cursor), strictVarint(cursor)]
  const each = blockValues / blocks
  if (!(blocks > 0 && each > 0)) throw new RangeError('blocks of no values')
  strictVarint(cursor)
  strictVarint(cursor)
  for (let seen = 1; seen < values; ) {
    strictVarint(cursor)
    const widths = cursor.at
    cursor.at += blocks
    for (let block = 0; block < blocks && seen < values; block++, seen += each)
      cursor.at += Math.ceil((each * view.getUint8(widths + block)) / 8)
  }
}
