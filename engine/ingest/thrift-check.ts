// Whether bytes are a struct of Thrift's compact protocol (Apache Thrift, "Thrift Compact protocol encoding") that can be
// read without surprise: lengths within the bytes, integers of no more than 64 bits, little depth.

import { strictVarint } from './varint.ts'

const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 12,
]
const DEPTH_MAX = 32
const LONG_LIST = 15

/** Where the struct that begins at `from` ends. RangeError for one that is none, or of more than so many values. */
export function thriftEnd(view: DataView, from: number, valuesMax: number): number {
  const cursor = { view, at: from }
  let values = 0
  const varint = (): number => strictVarint(cursor)
  const pass = (bytes: number): void => {
    if (bytes > view.byteLength - cursor.at) throw new RangeError('a text behind the end')
    cursor.at += bytes
  }
  const list = (depth: number): void => {
    const head = view.getUint8(cursor.at++)
    const type = head & 0x0f
    const size = head >> 4 === LONG_LIST ? varint() : head >> 4
    if (size > view.byteLength - cursor.at) throw new RangeError('a list behind the end')
    for (let n = 0; n < size; n++) element(type === TRUE || type === FALSE ? BYTE : type, depth)
  }
  const element = (type: number, depth: number): void => {
    if (++values > valuesMax) throw new RangeError('too many values')
    if (type === TRUE || type === FALSE) return
    if (type === BYTE) pass(1)
    else if (type === I16 || type === I32 || type === I64) varint()
    else if (type === DOUBLE) pass(8)
    else if (type === BINARY) pass(varint())
    else if (type === LIST) list(depth)
    else if (type === STRUCT) struct(depth + 1)
    else throw new RangeError('a value of no type')
  }
  const struct = (depth: number): void => {
    if (depth > DEPTH_MAX) throw new RangeError('structs within structs, too deep')
    for (;;) {
      const head = view.getUint8(cursor.at++)
      if ((head & 0x0f) === 0) return
      if (head >> 4 === 0) varint()
      element(head & 0x0f, depth)
    }
  }
  struct(0)
  return cursor.at
}
