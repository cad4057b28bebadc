// A uniform sample of rows, of a stream whose length is not known.

import { createSeededRandom } from '#engine/random/seeded-random.ts'

/** For each row of a batch the slot that it goes to, -1 for none. */
export type Slots = { rows: Int32Array; from: number }

export type Reservoir = {
  /** Where the next rows go; a later one may take the slot of an earlier. */
  take(rows: number): Slots
  /** The slots, in the order of the file. */
  order(): Int32Array
}

/** Algorithm R (Vitter 1985): each row so far has the same chance to be in one of the slots. */
export function createReservoir(maxRows: number, seed: number): Reservoir {
  const random = createSeededRandom(seed, 'sample of rows')
  const sources: number[] = []
  let seen = 0
  return {
    take(rows) {
      const from = seen
      const slots = Int32Array.from({ length: rows }, () => {
        const row = seen++
        const slot = row < maxRows ? row : Math.floor(random.unit() * (row + 1))
        if (slot >= maxRows) return -1
        sources[slot] = row
        return slot
      })
      return { rows: slots, from }
    },
    order: () =>
      Int32Array.from(sources.keys()).sort(
        (a, b) => (sources[a] as number) - (sources[b] as number),
      ),
  }
}
