// Chains that can be entered anywhere: the value of rank k in an entity, without those before it. Ranks are the nodes of
// dyadic intervals, after Lévy's construction of Brownian motion ("Processus stochastiques et mouvement brownien", 1948): a
// power of two is drawn from half of it, any other rank from the two ends of the interval that it halves. Each rank has one
// draw of its own, whatever was asked for before. A rank alone costs about two steps for each doubling of it; ranks in
// order cost one each, and some steps at the edges of a batch. Nothing depends on how long an entity is.

import type { Generator, Stream } from '#engine/random/generator.ts'
import { type Planes, philoxFill } from '#engine/random/philox.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { type EntityRows, forEachRun } from './entities.ts'

/** How values follow from one another; `unit` is uniform in (0, 1), spans are 2^level ranks. */
export type Chain = {
  /** Of rank 0. */
  readonly first: (unit: number) => number
  /** 2^level ranks after `left`, of which nothing later is known. */
  readonly after: (left: number, level: number, unit: number) => number
  /** Half way between values 2^level ranks away on either side. */
  readonly between: (left: number, right: number, level: number, unit: number) => number
}

const TWO_POW_31 = 2_147_483_648
const TWO_POW_32 = 4_294_967_296

/** The power of two that a rank is an odd multiple of, as its exponent. */
function levelOf(rank: number): number {
  if (rank < TWO_POW_31) return 31 - Math.clz32(rank & -rank)
  let rest = rank
  let level = 0
  while (rest % 2 === 0) {
    rest /= 2
    level++
  }
  return level
}

function onePlane(): Planes {
  const one = () => new Uint32Array(1)
  return { rowLow: one(), rowHigh: one(), words: [one(), one(), one(), one()] }
}

/** The uniform number of one counter: what the generator gives for that row. */
function unitDraw({ key, draw }: Stream): (counter: number) => number {
  const planes = onePlane()
  return (counter) => {
    planes.rowLow[0] = counter
    planes.rowHigh[0] = counter / TWO_POW_32
    philoxFill(planes, 1, key.k0, key.k1, draw, 0)
    return openUnitOf(planes.words[0][0] as number, planes.words[1][0] as number)
  }
}

export type BridgeOptions = {
  random: Generator
  stream: Stream
  entities: EntityRows
  /** Counters of an entity: more than twice its ranks, so that no two ranks of the table share a draw. */
  stride: number
  capacity: number
}

/** Fills `values` with the chain's values, entity by entity. */
export function createBridge(
  chain: Chain,
  { random, stream, entities: locate, stride, capacity }: BridgeOptions,
): (values: Float64Array, rows: Rows) => Float64Array {
  const entities = new Float64Array(capacity)
  const ranks = new Float64Array(capacity)
  const counters = createRows(capacity)
  const units = new Float64Array(capacity)
  const known = new Uint8Array(capacity)
  const beyond = new Map<number, number>()
  const unitAt = unitDraw(stream)
  const run = { from: 0, to: 0, first: 0, base: 0, values: new Float64Array(0) as Float64Array }

  const made = (rank: number, unit: number): number => {
    if (rank === 0) return chain.first(unit)
    const level = levelOf(rank)
    const span = 2 ** level
    if (rank === span) {
      return level === 0
        ? chain.after(valueAt(0), 0, unit)
        : chain.after(valueAt(span / 2), level - 1, unit)
    }
    return chain.between(valueAt(rank - span), valueAt(rank + span), level, unit)
  }
  const valueAt = (rank: number): number => {
    const i = run.from + (rank - run.first)
    if (i >= run.from && i < run.to) {
      if (known[i] === 0) {
        run.values[i] = made(rank, units[i] as number)
        known[i] = 1
      }
      return run.values[i] as number
    }
    const seen = beyond.get(rank)
    if (seen !== undefined) return seen
    const value = made(rank, unitAt(run.base + rank))
    beyond.set(rank, value)
    return value
  }

  return (values, rows) => {
    const { n } = rows
    locate(entities, ranks, rows)
    for (let i = 0; i < n; i++) {
      counters.index[i] = (entities[i] as number) * stride + (ranks[i] as number)
    }
    counters.n = n
    counters.stamp++
    const [high, low] = random.words(counters, stream, 0)
    for (let i = 0; i < n; i++) units[i] = openUnitOf(high[i] as number, low[i] as number)
    known.fill(0, 0, n)
    run.values = values
    forEachRun(entities, ranks, n, (from, to) => {
      run.from = from
      run.to = to
      run.first = ranks[from] as number
      run.base = (entities[from] as number) * stride
      beyond.clear()
      for (let i = from; i < to; i++) valueAt(run.first + i - from)
    })
    return ranks
  }
}
