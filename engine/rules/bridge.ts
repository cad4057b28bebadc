// Chains that can be entered anywhere: the value of rank k in an entity, without those before it. Ranks are the nodes of
// dyadic intervals, after Lévy's construction of Brownian motion ("Processus stochastiques et mouvement brownien", 1948): a
// power of two is drawn from half of it, any other rank from the two ends of the interval that it halves. Each rank has one
// draw of its own, whatever was asked for before. A rank alone costs about two steps for each doubling of it; ranks in
// order cost one each, and some steps at the edges of a batch. Nothing depends on how long an entity is.

import type { Generator, Stream } from '#engine/random/generator.ts'
import { type Planes, philoxFill } from '#engine/random/philox.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { addBeyond, fillStart } from './bridge-start.ts'
import { type EntityRows, forEachRun } from './entities.ts'

/** How values follow from one another; spans are 2^level ranks. */
export type Chain = {
  /** The draw that the others are given as `unit`, from a uniform number in (0, 1). */
  readonly draw: (unit: number) => number
  /** Of rank 0. */
  readonly first: (unit: number) => number
  /** 2^level ranks after `left`, of which nothing later is known. */
  readonly after: (left: number, level: number, unit: number) => number
  /** Half way between values 2^level ranks away on either side. */
  readonly between: (left: number, right: number, level: number, unit: number) => number
}

const TWO_POW_31 = 2_147_483_648
const TWO_POW_32 = 4_294_967_296

/** 2^level, of which every rank's is one. */
export const SPANS: readonly number[] = Array.from({ length: 54 }, (_, level) =>
  Number(1n << BigInt(level)),
)

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

type Batch = {
  /** Draws of the batch's rows. */
  units: Float64Array
  /** 1 where a value is made. */
  known: Uint8Array
  values: Float64Array
}

/** A stretch of ranks of one entity within a batch; `base` is the counter of its rank 0. */
type Run = { from: number; to: number; first: number; base: number }

/** Makes the values of a run within an entity, and what they need beyond it. */
function createRun(chain: Chain, stream: Stream, batch: Batch): (run: Run) => void {
  const unitAt = unitDraw(stream)
  const beyond = new Map<number, number>()
  let run: Run = { from: 0, to: 0, first: 0, base: 0 }

  const made = (rank: number, unit: number): number => {
    if (rank === 0) return chain.first(unit)
    const level = levelOf(rank)
    const span = SPANS[level] as number
    if (rank === span) {
      return level === 0
        ? chain.after(valueAt(0), 0, unit)
        : chain.after(valueAt(span / 2), level - 1, unit)
    }
    return chain.between(valueAt(rank - span), valueAt(rank + span), level, unit)
  }
  const valueAt = (rank: number): number => {
    const { units, known, values } = batch
    const i = run.from + (rank - run.first)
    if (i >= run.from && i < run.to) {
      if (known[i] === 0) {
        values[i] = made(rank, units[i] as number)
        known[i] = 1
      }
      return values[i] as number
    }
    const seen = beyond.get(rank)
    if (seen !== undefined) return seen
    const value = made(rank, chain.draw(unitAt(run.base + rank)))
    beyond.set(rank, value)
    return value
  }
  /** The ranks of a run that finer ones follow from: powers of two, and the one of the highest level. */
  const fillCoarse = (count: number): void => {
    const last = run.first + count - 1
    for (let level = 0; (SPANS[level] as number) <= last; level++) {
      const span = SPANS[level] as number
      if (span >= run.first) valueAt(span)
    }
    const wide = SPANS[32 - Math.clz32(count)] as number
    for (let rank = Math.ceil(run.first / wide) * wide; rank <= last; rank += wide) valueAt(rank)
  }
  /** The others, level by level downwards, so that both ends of an interval are there before its middle. */
  const fillFine = (count: number): void => {
    const { units, known, values } = batch
    const { from, first } = run
    const last = first + count - 1
    for (let level = 31 - Math.clz32(count); level >= 0; level--) {
      const span = SPANS[level] as number
      const step = 2 * span
      for (let rank = Math.ceil((first - span) / step) * step + span; rank <= last; rank += step) {
        const i = from + (rank - first)
        if (known[i] === 1) continue
        const left = rank - span >= first ? (values[i - span] as number) : valueAt(rank - span)
        const right = rank + span <= last ? (values[i + span] as number) : valueAt(rank + span)
        values[i] = chain.between(left, right, level, units[i] as number)
        known[i] = 1
      }
    }
  }
  return (next) => {
    run = next
    if (beyond.size > 0) beyond.clear()
    fillCoarse(next.to - next.from)
    fillFine(next.to - next.from)
  }
}

/** Fills `values` with the chain's values, entity by entity, and returns the ranks of the rows. */
export function createBridge(
  chain: Chain,
  { random, stream, entities: locate, stride, capacity }: BridgeOptions,
): (values: Float64Array, rows: Rows) => Float64Array {
  const entities = new Float64Array(capacity)
  const ranks = new Float64Array(capacity)
  const counters = createRows(capacity)
  const units = new Float64Array(capacity)
  const known = new Uint8Array(capacity)
  const further = createRows(capacity)
  const beyond = new Float64Array(capacity)
  const batch: Batch = { units, known, values: units }
  const fillRun = createRun(chain, stream, batch)
  const drawBeyond = (n: number): void => {
    if (n === 0) return
    further.n = n
    further.stamp++
    const [high, low] = random.words(further, stream, 0)
    for (let i = 0; i < n; i++) {
      beyond[i] = chain.draw(openUnitOf(high[i] as number, low[i] as number))
    }
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
    for (let i = 0; i < n; i++) {
      units[i] = chain.draw(openUnitOf(high[i] as number, low[i] as number))
    }
    let more = 0
    forEachRun(entities, ranks, n, (from, to) => {
      if (ranks[from] !== 0) return
      const base = (entities[from] as number) * stride
      more = addBeyond(further.index, more, base, to - from - 1)
    })
    drawBeyond(more)
    known.fill(0, 0, n)
    batch.values = values
    const draws = { values, units, beyond }
    let at = 0
    forEachRun(entities, ranks, n, (from, to) => {
      const first = ranks[from] as number
      if (first === 0) {
        at = fillStart(chain, draws, from, to - from - 1, at)
      } else fillRun({ from, to, first, base: (entities[from] as number) * stride })
    })
    return ranks
  }
}
