// Whether texts come in one direction, by their characters' numbers, which is the order of their bytes in UTF-8.

import { type Direction, type DirectionState, directionOf } from './moments.ts'

export type ByteDirection = {
  /** The bytes of a text; they may change after `keep`, or with the next text's. */
  add(bytes: Buffer, from: number, to: number): void
  /** The bytes of the last text are asked for no more. */
  keep(): void
  /** Equal ones have none. */
  direction(): Direction
  /** Behind `keep`. */
  state(): ByteDirectionState
}

export type ByteDirectionState = DirectionState<Uint8Array | null>

export function createByteDirection(from?: ByteDirectionState): ByteDirection {
  let last: Buffer | null = from?.last ? Buffer.from(from.last) : null
  let [lastFrom, lastTo] = [0, last?.length ?? 0]
  let [rises, falls] = [from?.rises ?? false, from?.falls ?? false]
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
    state: () => ({ last: last && Uint8Array.from(last), rises, falls }),
  }
}
