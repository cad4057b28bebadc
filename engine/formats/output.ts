// The byte buffer that writers fill: it grows up to a hard limit and is used again chunk after chunk, as a
// fresh buffer for each one would cost more than the rows do.

import { AppError } from '#engine/errors.ts'

/** Writers may store a few bytes beyond what they mean to keep; this much room is always there. */
const OVERRUN_BYTES = 128
const SMALLEST_BYTES = 65_536

export class Output {
  readonly limitBytes: number
  /** The memory; replaced when it grows, so take it again after every `reserve`. */
  memory: Uint8Array<ArrayBuffer>
  view: DataView<ArrayBuffer>
  /** Bytes written so far. */
  length = 0

  /** A buffer that never takes more than `limitBytes` of memory. */
  constructor(limitBytes: number, initialBytes = SMALLEST_BYTES) {
    this.limitBytes = limitBytes
    const size = Math.min(Math.max(initialBytes, OVERRUN_BYTES), limitBytes)
    this.memory = new Uint8Array(size)
    this.view = new DataView(this.memory.buffer)
  }

  /** Forgets the bytes and keeps the memory. */
  reset(): void {
    this.length = 0
  }

  /** Makes room for `count` more bytes; AppError `out_of_memory` beyond the limit. */
  reserve(count: number): void {
    const needed = this.length + count + OVERRUN_BYTES
    if (needed <= this.memory.length) return
    if (needed > this.limitBytes) {
      throw new AppError('out_of_memory', `output needs ${needed} bytes of ${this.limitBytes}`)
    }
    const grown = new Uint8Array(
      Math.min(Math.max(needed, 2 * this.memory.length), this.limitBytes),
    )
    grown.set(this.memory.subarray(0, this.length))
    this.memory = grown
    this.view = new DataView(grown.buffer)
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.memory.set(bytes, this.length)
    this.length += bytes.length
  }

  /** What was written: a view that holds until the next reset, reserve or append. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.memory.subarray(0, this.length)
  }
}
