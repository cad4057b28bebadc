// What is known of a column after all its rows were seen once, batch by batch, in bounded memory.

import { type BatchColumn, type BytesColumn, lengthOf } from '#engine/table/byte-cells.ts'
import { bytesOf } from '#engine/table/byte-hash.ts'
import { type Field, kindOf, type TextColumn } from '#engine/table/table.ts'
import { type ByteDirectionState, createByteDirection } from './byte-direction.ts'
import {
  createDistinctSample,
  type DistinctSample,
  type DistinctSketch,
} from './distinct-sample.ts'
import { createLengthCounts, type LengthCountsState } from './length-counts.ts'
import {
  createNumberDirection,
  createStreamMoments,
  type Direction,
  type DirectionState,
  type Moments,
  type StreamMomentsState,
} from './moments.ts'
import type { ValueHasher } from './value-hash.ts'

/** Moments are those of numbers, and of the lengths of texts. */
export type ColumnCounts = Moments & {
  /** Not null. */
  rows: number
  nulls: number
  sorted: Direction
  /** Rows of each value; null where these are too many, and for text. */
  values: ReadonlyMap<string | number, number> | null
  distinct: DistinctSample
}

export type ColumnCounter = {
  /** Adds the first `hashes.length` rows and writes their hashes there, `NULL_HASH` for null. */
  add(column: BatchColumn, hashes: Float64Array): void
  counts(): ColumnCounts
  state(): CounterState
}

/** All that a counter knows, for one of the same field and hasher to go on from. */
export type CounterState = { nulls: number; distinct: DistinctSketch } & (
  | {
      kind: 'number'
      moments: StreamMomentsState
      order: DirectionState<number>
      counted: CountedState<number>
    }
  | { kind: 'text'; lengths: LengthCountsState; order: ByteDirectionState }
  | { kind: 'category'; lengths: LengthCountsState; counted: CountedState<string> }
)

/** Values and their hashes; null where they are too many. */
type CountedState<T> = { values: T[]; hashes: number[] } | null

const NULL_HASH = 0

/** Different values of a column that are counted one by one. */
const COUNTED_MAX = 10_000
/** Of the hashes that are kept; beyond, some of them go. */
const COUNTED_SHARE = 0.5

export type CountingMeans = {
  hasher: ValueHasher
  /** Hashes that are kept, at most. */
  keptMax: number
}

/** A batch's column has the kind that its field asks for. TypeError for the state of another kind. */
export function createColumnCounter(
  field: Field,
  means: CountingMeans,
  from?: CounterState,
): ColumnCounter {
  const kind = kindOf(field.type)
  switch (kind) {
    case 'number':
      return createNumberCounter(means, ofKind(from, kind))
    case 'category':
      return createCategoryCounter(means, ofKind(from, kind))
    case 'text':
      return createTextCounter(means, ofKind(from, kind))
  }
}

type StateOf<Kind> = Extract<CounterState, { kind: Kind }>

function ofKind<Kind extends CounterState['kind']>(
  state: CounterState | undefined,
  kind: Kind,
): StateOf<Kind> | undefined {
  if (state !== undefined && state.kind !== kind) throw new TypeError(`no state of ${kind}`)
  return state as StateOf<Kind> | undefined
}

/** The values of a column while they are few, counted where their hashes are. */
function createValueCounts<T extends string | number>(
  { distinct, keptMax }: { distinct: DistinctSample; keptMax: number },
  from?: CountedState<T>,
) {
  const most = Math.min(COUNTED_MAX, COUNTED_SHARE * keptMax)
  const begun = from?.values.map((value, at): [T, number] => [value, from.hashes[at] as number])
  let hashes: Map<T, number> | null = from === null ? null : new Map(begun)
  return {
    /** A value that did not come before. */
    add(value: T, hash: number): void {
      if (hashes === null) return
      hashes.set(value, hash)
      if (hashes.size > most) hashes = null
    },
    values(): ReadonlyMap<T, number> | null {
      return hashes && new Map([...hashes].map(([value, hash]) => [value, distinct.rowsOf(hash)]))
    },
    state(): CountedState<T> {
      return hashes && { values: [...hashes.keys()], hashes: [...hashes.values()] }
    },
  }
}

function createNumberCounter(
  { hasher, keptMax }: CountingMeans,
  from?: StateOf<'number'>,
): ColumnCounter {
  const distinct = createDistinctSample({ from: from?.distinct, keptMax })
  const moments = createStreamMoments(from?.moments)
  const order = createNumberDirection(from?.order)
  const counted = createValueCounts<number>({ distinct, keptMax }, from?.counted)
  let nulls = from?.nulls ?? 0
  return {
    add(column, hashes) {
      if (column.kind !== 'number') throw new TypeError(`${column.field.name} holds no numbers`)
      const { values } = column
      for (let row = 0; row < hashes.length; row++) {
        const value = values[row] as number
        if (Number.isNaN(value)) {
          nulls++
          hashes[row] = NULL_HASH
          continue
        }
        const hash = hasher.number(value)
        hashes[row] = hash
        if (distinct.add(hash)) counted.add(value, hash)
        order.add(value)
      }
      moments.add(values, hashes.length)
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: order.direction(),
      values: counted.values(),
      ...moments.summary(),
    }),
    state: () => ({
      ...{ kind: 'number', nulls, distinct: distinct.sketch() },
      ...{ moments: moments.state(), order: order.state(), counted: counted.state() },
    }),
  }
}

function createTextCounter(
  { hasher, keptMax }: CountingMeans,
  from?: StateOf<'text'>,
): ColumnCounter {
  const distinct = createDistinctSample({ from: from?.distinct, keptMax })
  const lengths = createLengthCounts(from?.lengths)
  const order = createByteDirection(from?.order)
  let nulls = from?.nulls ?? 0
  const addText = (value: string): number => {
    const { view, length } = bytesOf(value)
    order.add(Buffer.from(view.buffer, view.byteOffset, length), 0, length)
    order.keep()
    return hasher.bytes(view, 0, length)
  }
  const readTexts = ({ values }: TextColumn, hashes: Float64Array): void => {
    for (let row = 0; row < hashes.length; row++) {
      const value = values[row] ?? null
      hashes[row] = value === null ? NULL_HASH : addText(value)
      if (value === null) nulls++
      else lengths.add(value.length)
      if (value !== null) distinct.add(hashes[row] as number)
    }
  }
  const readBytes = ({ cells }: BytesColumn, hashes: Float64Array): void => {
    const { bytes, view, bounds, first, step } = cells
    for (let row = 0, at = first; row < hashes.length; row++, at += step) {
      const start = bounds[at] as number
      const end = bounds[at + 1] as number
      if (start < 0) {
        nulls++
        hashes[row] = NULL_HASH
        continue
      }
      const hash = hasher.bytes(view, start, end)
      hashes[row] = hash
      lengths.add(lengthOf(view, start, end))
      order.add(bytes, start, end)
      distinct.add(hash)
    }
    order.keep()
  }
  return {
    add(column, hashes) {
      if (column.kind === 'text') readTexts(column, hashes)
      else if (column.kind === 'bytes') readBytes(column, hashes)
      else throw new TypeError(`${column.field.name} holds no text`)
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: order.direction(),
      values: null,
      ...lengths.summary(),
    }),
    state: () => ({
      ...{ kind: 'text', nulls, distinct: distinct.sketch() },
      ...{ lengths: lengths.state(), order: order.state() },
    }),
  }
}

function createCategoryCounter(
  { hasher, keptMax }: CountingMeans,
  from?: StateOf<'category'>,
): ColumnCounter {
  const distinct = createDistinctSample({ from: from?.distinct, keptMax })
  const lengths = createLengthCounts(from?.lengths)
  const counted = createValueCounts<string>({ distinct, keptMax }, from?.counted)
  let [known, knownOf]: [Float64Array, readonly string[]] = [new Float64Array(0), []]
  /** Hashes of the levels; of those that were there in the last batch they are known. */
  const hashesOf = (levels: readonly string[]): Float64Array => {
    const before = levels === knownOf ? known : known.subarray(0, 0)
    if (before.length === levels.length) return before
    ;[known, knownOf] = [new Float64Array(levels.length), levels]
    known.set(before)
    for (let code = before.length; code < levels.length; code++)
      known[code] = hasher.text(levels[code] as string)
    return known
  }
  let nulls = from?.nulls ?? 0
  return {
    add(column, hashes) {
      if (column.kind !== 'category') throw new TypeError(`${column.field.name} has no categories`)
      const { codes, levels } = column
      const hashOf = hashesOf(levels)
      const found = new Float64Array(levels.length)
      for (let row = 0; row < hashes.length; row++) {
        const code = codes[row] as number
        if (code < 0) nulls++
        else found[code] = (found[code] as number) + 1
        hashes[row] = code < 0 ? NULL_HASH : (hashOf[code] as number)
      }
      for (let code = 0; code < found.length; code++) {
        const times = found[code] as number
        if (times === 0) continue
        const level = levels[code] as string
        const hash = hashOf[code] as number
        if (distinct.add(hash, times)) counted.add(level, hash)
        lengths.add(level.length, times)
      }
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: null,
      values: counted.values(),
      ...lengths.summary(),
    }),
    state: () => ({
      ...{ kind: 'category', nulls, distinct: distinct.sketch() },
      ...{ lengths: lengths.state(), counted: counted.state() },
    }),
  }
}
