// Cells of a text file as they stand in its bytes, for readers to whom a string for each would cost the most.

import type { Column, Field } from './table.ts'

/**
 * UTF-8. Cell i of the column goes from `bounds[first + i * step]`, which is negative for null, to the byte before the one
 * that the next bound says.
 */
export type ByteCells = {
  bytes: Buffer
  view: DataView
  bounds: Int32Array
  first: number
  step: number
}

/** Ids and free text of a batch whose cells are bytes; null where the column is. Texts are made of those that are asked for. */
export type BytesColumn = { kind: 'bytes'; field: Field; cells: ByteCells }

export type BatchColumn = Column | BytesColumn

/** The bytes must not change. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function cellText({ bytes, bounds, first, step }: ByteCells, row: number): string | null {
  const at = first + row * step
  const from = bounds[at] as number
  return from < 0 ? null : textAt(bytes, from, bounds[at + 1] as number)
}

export function textAt(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('utf8', from, to)
}

/** What `signsOf` finds. */
export const HAS_SPACE = 1
export const BEYOND_ASCII = 2

const HIGH = 0x80808080 | 0
const LOW = 0x01010101
const SPACES = 0x20202020

/** Whether there is a space, or a character beyond ASCII, four bytes at a time. */
export function signsOf(view: DataView, from: number, to: number): number {
  let [spaces, high] = [0, 0]
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true)
    high |= word
    // A byte that is a space is zero here, and zero bytes alone borrow.
    const other = word ^ SPACES
    spaces |= (other - LOW) & ~other & HIGH
  }
  for (; at < to; at++) {
    const byte = view.getUint8(at)
    high |= byte
    if (byte === 0x20) spaces |= 1
  }
  return (spaces === 0 ? 0 : HAS_SPACE) | ((high & HIGH) === 0 ? 0 : BEYOND_ASCII)
}

/** As long as the text is as a string, in UTF-16. */
export function lengthOf(view: DataView, from: number, to: number): number {
  if ((signsOf(view, from, to) & BEYOND_ASCII) === 0) return to - from
  let length = 0
  for (let at = from; at < to; at++) {
    const byte = view.getUint8(at)
    if (byte < 0x80 || byte >= 0xc0) length += byte >= 0xf0 ? 2 : 1
  }
  return length
}
