// A byte buffer that grows: for metadata and pages, whose length is not known before they are written.

const SMALLEST_BYTES = 1024

export type ByteSink = {
  /** The memory; replaced when it grows, so take it again after every `reserve`. */
  memory: Uint8Array<ArrayBuffer>
  view: DataView<ArrayBuffer>
  length: number
}

/** An empty sink. */
export function createByteSink(initialBytes = SMALLEST_BYTES): ByteSink {
  const memory = new Uint8Array(initialBytes)
  return { memory, view: new DataView(memory.buffer), length: 0 }
}

/** Makes room for `count` more bytes. */
export function reserve(sink: ByteSink, count: number): void {
  const needed = sink.length + count
  if (needed <= sink.memory.length) return
  const memory = new Uint8Array(Math.max(needed, 2 * sink.memory.length))
  memory.set(sink.memory.subarray(0, sink.length))
  sink.memory = memory
  sink.view = new DataView(memory.buffer)
}

/** Appends bytes. */
export function append(sink: ByteSink, bytes: Uint8Array): void {
  reserve(sink, bytes.length)
  sink.memory.set(bytes, sink.length)
  sink.length += bytes.length
}

/** Appends an unsigned LEB128 integer below 2^53. */
export function appendVarint(sink: ByteSink, value: number): void {
  reserve(sink, 10)
  const { memory } = sink
  let rest = value
  while (rest >= 128) {
    memory[sink.length++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  memory[sink.length++] = rest
}

function appendWideVarint(sink: ByteSink, value: bigint): void {
  let rest = value
  while (rest >= 128n) {
    sink.memory[sink.length++] = Number(rest & 127n) | 128
    rest >>= 7n
  }
  sink.memory[sink.length++] = Number(rest)
}

/** Appends `value * factor`, both integers, as a zigzag varint of 64 bits. */
export function appendZigzag(sink: ByteSink, value: number, factor = 1): void {
  const product = value * factor
  if (Math.abs(product) < 2 ** 51) {
    appendVarint(sink, product >= 0 ? 2 * product : -2 * product - 1)
    return
  }
  reserve(sink, 10)
  const wide = BigInt(value) * BigInt(factor)
  appendWideVarint(sink, BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)))
}

/** What was written: a view that holds until the sink is written again. */
export function bytesOf(sink: ByteSink): Uint8Array<ArrayBuffer> {
  return sink.memory.subarray(0, sink.length)
}
