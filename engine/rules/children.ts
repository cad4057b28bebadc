// How many children each parent row has: a law of the parent's row number alone.

import type { Children } from '#engine/config/types.ts'
import { CHILDREN_DRAW } from '#engine/random/draws.ts'
import { createGenerator, type Generator, type Stream } from '#engine/random/generator.ts'
import { unitOf } from '#engine/random/uniform.ts'
import { createRows, type Rows, setRange } from '#engine/rows.ts'
import { countByRule } from './children-law.ts'

/** Standard deviations around the mean that a Poisson table covers; what is outside is below 2^-53. */
const POISSON_SPREAD = 10

/** Parents whose counts share one prefix sum. */
export const PARENTS_PER_BLOCK = 4096

/** Fills `counts` for a batch of parent rows. */
export type CountChildren = (counts: Float64Array, rows: Rows) => void

type Table = { first: number; cumulative: Float64Array }

/** Cumulative Poisson probabilities, by the ratio of neighbours from the mode outwards: no exp needed. */
function poissonTable(mean: number, max: number | null): Table {
  const spread = Math.ceil(POISSON_SPREAD * Math.sqrt(mean)) + 20
  const mode = Math.min(Math.floor(mean), max ?? Number.POSITIVE_INFINITY)
  const first = Math.max(0, mode - spread)
  const last = Math.min(mode + spread, max ?? Number.POSITIVE_INFINITY)
  const weights = new Float64Array(last - first + 1)
  weights[mode - first] = 1
  for (let k = mode + 1; k <= last; k++) {
    weights[k - first] = ((weights[k - first - 1] as number) * mean) / k
  }
  for (let k = mode - 1; k >= first; k--) {
    weights[k - first] = ((weights[k - first + 1] as number) * (k + 1)) / mean
  }
  let sum = 0
  const cumulative = weights.map((weight) => {
    sum += weight
    return sum
  })
  return { first, cumulative: cumulative.map((value) => value / sum) }
}

/** The first entry above `unit`. */
function search({ first, cumulative }: Table, unit: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cumulative[middle] as number) > unit) high = middle
    else low = middle + 1
  }
  return first + low
}

/** The same number for every parent, or null where the law varies. */
export function fixedCount(children: Children): number | null {
  if (children.type === 'fixed') return children.value
  if (children.type === 'range' && children.min === children.max) return children.min
  return children.type === 'poisson' && (children.mean === 0 || children.max === 0) ? 0 : null
}

/** The counting function of a law that varies. */
export function createCount(children: Children, random: Generator, stream: Stream): CountChildren {
  const fixed = fixedCount(children)
  if (fixed !== null || children.type === 'fixed') return (counts) => counts.fill(fixed ?? 0)
  if (children.type === 'law') {
    return countByRule(children.rule, children.max, random, stream, PARENTS_PER_BLOCK)
  }
  const table = children.type === 'poisson' ? poissonTable(children.mean, children.max) : null
  const low = children.type === 'range' ? children.min : 0
  const span = children.type === 'range' ? children.max - children.min + 1 : 0
  return (counts, rows) => {
    const [w0, w1] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++) {
      const unit = unitOf(w0[i] as number, w1[i] as number)
      counts[i] = table ? search(table, unit) : low + Math.floor(unit * span)
    }
  }
}

/** How many children a parent has on average; of a rule, an estimate from a block of parents. */
export function meanCount(children: Children): number {
  if (children.type === 'fixed') return children.value
  if (children.type === 'range') return (children.min + children.max) / 2
  if (children.type === 'poisson') return children.mean
  const rows = createRows(PARENTS_PER_BLOCK)
  const counts = new Float64Array(PARENTS_PER_BLOCK)
  setRange(rows, 0, PARENTS_PER_BLOCK)
  const stream = { key: { k0: 0, k1: 0 }, draw: CHILDREN_DRAW }
  createCount(children, createGenerator(PARENTS_PER_BLOCK), stream)(counts, rows)
  return counts.reduce((sum, count) => sum + count, 0) / PARENTS_PER_BLOCK
}
