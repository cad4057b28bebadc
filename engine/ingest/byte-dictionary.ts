// The different cells of a column by their bytes: what was found out of one once need not be found out again.

import { textAt, viewOf } from '#engine/table/byte-cells.ts'
import { hashBytes } from '#engine/table/byte-hash.ts'

export type ByteDictionary = {
  /** The number of these bytes, from 0 in the order of their coming; -1 for new ones. */
  find(view: DataView, from: number, to: number): number
  /** Adds the bytes that `find` was just asked for, and has not found. */
  add(bytes: Buffer, from: number, to: number): number
  size(): number
  textOf(code: number): string
}

const FIRST_CODES = 64
const FIRST_BYTES = 512

export function createByteDictionary(): ByteDictionary {
  /** Codes by hash, -1 for free ones, of which half are. */
  let slots = new Int32Array(2 * FIRST_CODES).fill(-1)
  let hashes = new Int32Array(FIRST_CODES)
  /** Where the bytes of each begin, and those of the next. */
  let starts = new Int32Array(FIRST_CODES + 1)
  let held = Buffer.alloc(FIRST_BYTES)
  let heldView = viewOf(held)
  let size = 0
  let asked = 0

  const isSame = (code: number, view: DataView, from: number, to: number): boolean => {
    let own = starts[code] as number
    if ((starts[code + 1] as number) - own !== to - from) return false
    let at = from
    for (; at + 4 <= to; at += 4, own += 4)
      if (view.getInt32(at, true) !== heldView.getInt32(own, true)) return false
    for (; at < to; at++, own++) if (view.getUint8(at) !== heldView.getUint8(own)) return false
    return true
  }
  const place = (code: number): void => {
    const mask = slots.length - 1
    let slot = (hashes[code] as number) & mask
    while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask
    slots[slot] = code
  }
  const grow = (): void => {
    hashes = longer(hashes, 2 * hashes.length)
    starts = longer(starts, 2 * hashes.length + 1)
    slots = new Int32Array(2 * hashes.length).fill(-1)
    for (let code = 0; code < size; code++) place(code)
  }
  const hold = (bytes: Buffer, from: number, to: number): void => {
    const at = starts[size] as number
    if (at + to - from > held.length) {
      const more = Buffer.alloc(2 * (at + to - from))
      held.copy(more)
      held = more
      heldView = viewOf(held)
    }
    bytes.copy(held, at, from, to)
    starts[size + 1] = at + to - from
  }
  return {
    find(view, from, to) {
      asked = hashBytes(view, from, to) | 0
      const mask = slots.length - 1
      for (let slot = asked & mask; ; slot = (slot + 1) & mask) {
        const code = slots[slot] as number
        if (code < 0) return -1
        if (hashes[code] === asked && isSame(code, view, from, to)) return code
      }
    },
    add(bytes, from, to) {
      if (size === hashes.length) grow()
      hold(bytes, from, to)
      hashes[size] = asked
      place(size)
      return size++
    },
    size: () => size,
    textOf: (code) => textAt(held, starts[code] as number, starts[code + 1] as number),
  }
}

function longer(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length)
  grown.set(array)
  return grown
}
