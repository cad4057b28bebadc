// Writes Thrift structs by the compact protocol (Apache Thrift, "Thrift compact protocol encoding"): the
// metadata of Parquet is made of them.

import { append, appendVarint, appendZigzag, type ByteSink, reserve } from './byte-sink.ts'

const TYPE = { true: 1, false: 2, i8: 3, i16: 4, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 }

const encoder = new TextEncoder()

/** Fields must be written in ascending order of their ids. */
export type StructWriter = {
  bool(id: number, value: boolean): void
  i8(id: number, value: number): void
  i32(id: number, value: number): void
  /** An integer within 2^53. */
  i64(id: number, value: number): void
  binary(id: number, value: Uint8Array): void
  text(id: number, value: string): void
  struct(id: number, write?: (writer: StructWriter) => void): void
  structs<T>(id: number, items: readonly T[], write: (writer: StructWriter, item: T) => void): void
  i32s(id: number, items: readonly number[]): void
  i64s(id: number, items: readonly number[]): void
  bools(id: number, items: readonly boolean[]): void
  binaries(id: number, items: readonly Uint8Array[]): void
}

function appendByte(sink: ByteSink, value: number): void {
  reserve(sink, 1)
  sink.memory[sink.length++] = value
}

function appendBinary(sink: ByteSink, value: Uint8Array): void {
  appendVarint(sink, value.length)
  append(sink, value)
}

function appendList<T>(
  sink: ByteSink,
  type: number,
  items: readonly T[],
  write: (item: T) => void,
): void {
  if (items.length < 15) appendByte(sink, (items.length << 4) | type)
  else {
    appendByte(sink, 0xf0 | type)
    appendVarint(sink, items.length)
  }
  for (const item of items) write(item)
}

/** Appends one struct: the fields that `write` gives, and the stop mark. */
export function appendStruct(sink: ByteSink, write: (writer: StructWriter) => void): void {
  let last = 0
  const open = (id: number, type: number): void => {
    const delta = id - last
    last = id
    if (delta > 0 && delta <= 15) appendByte(sink, (delta << 4) | type)
    else {
      appendByte(sink, type)
      appendZigzag(sink, id)
    }
  }
  const list = <T>(id: number, type: number, items: readonly T[], each: (item: T) => void) => {
    open(id, TYPE.list)
    appendList(sink, type, items, each)
  }
  const number = (id: number, type: number, value: number): void => {
    open(id, type)
    appendZigzag(sink, value)
  }
  const binary = (id: number, value: Uint8Array): void => {
    open(id, TYPE.binary)
    appendBinary(sink, value)
  }
  write({
    bool: (id, value) => open(id, value ? TYPE.true : TYPE.false),
    i8(id, value) {
      open(id, TYPE.i8)
      appendByte(sink, value & 0xff)
    },
    i32: (id, value) => number(id, TYPE.i32, value),
    i64: (id, value) => number(id, TYPE.i64, value),
    binary,
    text: (id, value) => binary(id, encoder.encode(value)),
    struct(id, inner) {
      open(id, TYPE.struct)
      appendStruct(sink, inner ?? (() => undefined))
    },
    structs: (id, items, each) =>
      list(id, TYPE.struct, items, (item) => appendStruct(sink, (inner) => each(inner, item))),
    i32s: (id, items) => list(id, TYPE.i32, items, (item) => appendZigzag(sink, item)),
    i64s: (id, items) => list(id, TYPE.i64, items, (item) => appendZigzag(sink, item)),
    bools: (id, items) =>
      list(id, TYPE.true, items, (item) => appendByte(sink, item ? TYPE.true : TYPE.false)),
    binaries: (id, items) => list(id, TYPE.binary, items, (item) => appendBinary(sink, item)),
  })
  appendByte(sink, 0)
}
