// Cells of a column that come again and again, in bytes: the first of each is looked at, the others are counted.

import { type ByteDictionary, createByteDictionary } from './byte-dictionary.ts'

export type RepeatedCells = Pick<ByteDictionary, 'find' | 'textOf'> & {
  /** The cell that `find` did not know, from now on known; false where it is one too many, or too long. */
  add(bytes: Buffer, from: number, to: number, isValue: boolean): boolean
  /** One more of a known cell; whether it is a value. */
  again(code: number): boolean
  /** Says how often each cell came again since the last time. */
  settle(tell: (text: string, times: number) => void): void
}

/** Longer ones are not held. */
const LENGTH_MAX = 200

/** Holds `most` different cells. */
export function createRepeatedCells(most: number): RepeatedCells {
  const cells = createByteDictionary()
  let isValue = new Uint8Array(64)
  let times = new Float64Array(64)
  return {
    find: (view, from, to) => cells.find(view, from, to),
    textOf: (code) => cells.textOf(code),
    add(bytes, from, to, value) {
      if (cells.size() >= most || to - from > LENGTH_MAX) return false
      const code = cells.add(bytes, from, to)
      if (code >= isValue.length) {
        const [oldIs, oldTimes] = [isValue, times]
        isValue = new Uint8Array(2 * code)
        times = new Float64Array(2 * code)
        isValue.set(oldIs)
        times.set(oldTimes)
      }
      isValue[code] = value ? 1 : 0
      return true
    },
    again(code) {
      times[code] = (times[code] as number) + 1
      return isValue[code] === 1
    },
    settle(tell) {
      for (let code = 0; code < cells.size(); code++) {
        const more = times[code] as number
        if (more > 0) tell(cells.textOf(code), more)
        times[code] = 0
      }
    },
  }
}
