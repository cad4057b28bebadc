// Whether texts come in one direction, by their characters' numbers, which is the order of their bytes in UTF-8.

import { type Direction, directionOf } from './moments.ts'

export type ByteDirection = {
  /** The bytes of a text; they may change after `keep`, or with the next text's. */
  add(bytes: Buffer, from: number, to: number): void
  /** The bytes of the last text are asked for no more. */
  keep(): void
  /** Equal ones have none. */
  direction(): Direction
}

export function createByteDirection(): ByteDirection {
  let last: Buffer | null = null
  let [lastFrom, lastTo] = [0, 0]
  let [rises, falls] = [false, false]
  return {
    add(bytes, from, to) {
      if (rises && falls) return
      if (last !== null) {
        let [at, ahead] = [from, lastFrom]
        while (at < to && ahead < lastTo && bytes[at] === last[ahead]) {
          at++
          ahead++
        }
        // Where one has ended, the longer one is behind.
        const compared =
          (at < to ? (bytes[at] as number) : -1) - (ahead < lastTo ? (last[ahead] as number) : -1)
        if (compared > 0) rises = true
        else if (compared < 0) falls = true
      }
      ;[last, lastFrom, lastTo] = [bytes, from, to]
    },
    keep() {
      if (last === null || (rises && falls)) return
      last = Buffer.from(last.subarray(lastFrom, lastTo))
      ;[lastFrom, lastTo] = [0, last.length]
    },
    direction: () => directionOf(rises, falls),
  }
}
