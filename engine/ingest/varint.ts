// Integers of seven bits a byte, the lowest first, as Thrift and blocks of Parquet have them.

/** A place in bytes, which reading moves on. */
export type Cursor = { view: DataView; at: number }

const BYTES_MAX = 10

/** Not exact above 2^53. RangeError for more bytes than an integer has, or behind the end. */
export function strictVarint(cursor: Cursor): number {
  let value = 0
  for (let n = 0; n < BYTES_MAX; n++) {
    const byte = cursor.view.getUint8(cursor.at++)
    value += (byte & 0x7f) * 2 ** (7 * n)
    if (byte < 0x80) return value
  }
  throw new RangeError('an integer of too many bytes')
}
