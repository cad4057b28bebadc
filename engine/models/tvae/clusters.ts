// Groups of vectors that lie near each other (Lloyd 1982; begun as by Arthur and Vassilvitskii 2007).

import type { SeededRandom } from '#engine/random/seeded-random.ts'

export type Clusters = {
  /** How many vectors each has; none is empty. */
  counts: number[]
  /** The group of each vector. */
  of: Int32Array
}

const ROUNDS = 8

/**
 * At most `most` groups of the vectors, row after row, `width` numbers each; groups of fewer than `least` vectors are
 * given up, but for one. The same for the same random numbers.
 */
export function findClusters(
  vectors: Float32Array,
  width: number,
  { most, least }: { most: number; least: number },
  random: SeededRandom,
): Clusters {
  const rows = vectors.length / width
  let centres = firstCentres(vectors, width, Math.max(1, Math.min(most, rows)), random)
  let found = assign(vectors, width, centres)
  for (let round = 0; round < ROUNDS; round++) {
    const kept = found.counts.map((count) => count >= least)
    if (!kept.some(Boolean)) kept[found.counts.indexOf(Math.max(...found.counts))] = true
    centres = meansOf(vectors, width, found, kept)
    found = assign(vectors, width, centres)
  }
  const order = found.counts.flatMap((count, group) => (count > 0 ? [group] : []))
  const places = new Int32Array(found.counts.length)
  for (const [place, group] of order.entries()) places[group] = place
  return {
    counts: order.map((group) => found.counts[group] as number),
    of: found.of.map((group) => places[group] as number),
  }
}

type Assigned = { of: Int32Array; counts: number[]; away: Float64Array }

/** Each next one in proportion to its square distance from those before. */
function firstCentres(
  vectors: Float32Array,
  width: number,
  count: number,
  random: SeededRandom,
): Float64Array {
  const rows = vectors.length / width
  const centres = new Float64Array(count * width)
  const away = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  let next = random.below(rows)
  for (let group = 0; group < count; group++) {
    const centre = centres.subarray(group * width, (group + 1) * width)
    centre.set(vectors.subarray(next * width, (next + 1) * width))
    let total = 0
    for (let row = 0; row < rows; row++) {
      away[row] = Math.min(away[row] as number, distance(vectors, row * width, centre, 0, width))
      total += away[row] as number
    }
    let rest = random.unit() * total
    next = 0
    while (next < rows - 1 && rest >= (away[next] as number)) rest -= away[next++] as number
  }
  return centres
}

function assign(vectors: Float32Array, width: number, centres: Float64Array): Assigned {
  const [rows, groups] = [vectors.length / width, centres.length / width]
  const counts = new Array<number>(groups).fill(0)
  const away = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  const of = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const found = distance(vectors, row * width, centres, group * width, width)
      if (found >= (away[row] as number)) continue
      away[row] = found
      of[row] = group
    }
    const group = of[row] as number
    counts[group] = (counts[group] as number) + 1
  }
  return { of, counts, away }
}

function distance(
  a: Float32Array,
  from: number,
  b: Float64Array,
  start: number,
  width: number,
): number {
  let sum = 0
  for (let i = 0; i < width; i++) {
    const apart = (a[from + i] as number) - (b[start + i] as number)
    sum += apart * apart
  }
  return sum
}

/** Of the groups that are kept. */
function meansOf(
  vectors: Float32Array,
  width: number,
  { of, counts }: Assigned,
  kept: readonly boolean[],
): Float64Array {
  const order = counts.flatMap((count, group) => (kept[group] ? [{ count, group }] : []))
  const places = new Int32Array(counts.length).fill(-1)
  for (const [place, { group }] of order.entries()) places[group] = place
  const left = order.map(({ count }) => count)
  return centresOf(vectors, width, { of: of.map((group) => places[group] as number), counts: left })
}

/** Means of the groups, row after row; vectors of group -1 are left out. */
export function centresOf(
  vectors: Float32Array,
  width: number,
  { of, counts }: Clusters,
): Float64Array {
  const means = new Float64Array(counts.length * width)
  for (const [row, group] of of.entries()) {
    if (group < 0) continue
    const share = 1 / (counts[group] as number)
    for (let i = 0; i < width; i++)
      means[group * width + i] =
        (means[group * width + i] as number) + share * (vectors[row * width + i] as number)
  }
  return means
}
