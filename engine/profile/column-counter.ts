// What is known of a column after all its rows were seen once, batch by batch, in bounded memory.

import { type BatchColumn, type BytesColumn, lengthOf } from '#engine/table/byte-cells.ts'
import { bytesOf } from '#engine/table/byte-hash.ts'
import { type Field, kindOf, type TextColumn } from '#engine/table/table.ts'
import { createByteDirection } from './byte-direction.ts'
import { createDistinctSample, type DistinctSample } from './distinct-sample.ts'
import { createMoments, createNumberDirection, type Direction, type Moments } from './moments.ts'
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
}

const NULL_HASH = 0

/** Different values of a column that are counted one by one. */
const COUNTED_MAX = 10_000

/** A batch's column has the kind that its field asks for. */
export function createColumnCounter(field: Field, hasher: ValueHasher): ColumnCounter {
  switch (kindOf(field.type)) {
    case 'number':
      return createNumberCounter(hasher)
    case 'category':
      return createCategoryCounter(hasher)
    case 'text':
      return createTextCounter(hasher)
  }
}

/** The values of a column while they are few, counted where their hashes are. */
function createValueCounts(distinct: DistinctSample) {
  let hashes: Map<string | number, number> | null = new Map()
  return {
    /** A value that did not come before. */
    add(value: string | number, hash: number): void {
      if (hashes === null) return
      hashes.set(value, hash)
      if (hashes.size > COUNTED_MAX) hashes = null
    },
    values(): ReadonlyMap<string | number, number> | null {
      return hashes && new Map([...hashes].map(([value, hash]) => [value, distinct.rowsOf(hash)]))
    },
  }
}

function createNumberCounter(hasher: ValueHasher): ColumnCounter {
  const [distinct, moments, order] = [
    createDistinctSample(),
    createMoments(),
    createNumberDirection(),
  ]
  const counted = createValueCounts(distinct)
  let nulls = 0
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
      moments.addAll(values, hashes.length)
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: order.direction(),
      values: counted.values(),
      ...moments.summary(),
    }),
  }
}

function createTextCounter(hasher: ValueHasher): ColumnCounter {
  const [distinct, moments, order] = [
    createDistinctSample(),
    createMoments(),
    createByteDirection(),
  ]
  let nulls = 0
  let lengths = new Float64Array(0)
  const addText = (value: string): number => {
    const { view, length } = bytesOf(value)
    order.add(Buffer.from(view.buffer, view.byteOffset, length), 0, length)
    order.keep()
    return hasher.bytes(view, 0, length)
  }
  const readTexts = ({ values }: TextColumn, hashes: Float64Array, lengths: Float64Array): void => {
    for (let row = 0; row < hashes.length; row++) {
      const value = values[row] ?? null
      hashes[row] = value === null ? NULL_HASH : addText(value)
      lengths[row] = value === null ? Number.NaN : value.length
    }
  }
  const readBytes = ({ cells }: BytesColumn, hashes: Float64Array, lengths: Float64Array): void => {
    const { bytes, view, bounds, first, step } = cells
    for (let row = 0, at = first; row < hashes.length; row++, at += step) {
      const from = bounds[at] as number
      const to = bounds[at + 1] as number
      hashes[row] = from < 0 ? NULL_HASH : hasher.bytes(view, from, to)
      lengths[row] = from < 0 ? Number.NaN : lengthOf(view, from, to)
      if (from >= 0) order.add(bytes, from, to)
    }
    order.keep()
  }
  return {
    add(column, hashes) {
      if (lengths.length < hashes.length) lengths = new Float64Array(hashes.length)
      if (column.kind === 'text') readTexts(column, hashes, lengths)
      else if (column.kind === 'bytes') readBytes(column, hashes, lengths)
      else throw new TypeError(`${column.field.name} holds no text`)
      for (let row = 0; row < hashes.length; row++)
        if (Number.isNaN(lengths[row])) nulls++
        else distinct.add(hashes[row] as number)
      moments.addAll(lengths, hashes.length)
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: order.direction(),
      values: null,
      ...moments.summary(),
    }),
  }
}

function createCategoryCounter(hasher: ValueHasher): ColumnCounter {
  const [distinct, moments] = [createDistinctSample(), createMoments()]
  const counted = createValueCounts(distinct)
  let [known, knownOf]: [Float64Array, readonly string[]] = [new Float64Array(0), []]
  /** Hashes of the levels; of those that were there in the last batch they are known. */
  const hashesOf = (levels: readonly string[]): Float64Array => {
    const from = levels === knownOf ? known.length : 0
    const before = known
    if (from === levels.length) return known
    ;[known, knownOf] = [new Float64Array(levels.length), levels]
    known.set(before.subarray(0, from))
    for (let code = from; code < levels.length; code++)
      known[code] = hasher.text(levels[code] as string)
    return known
  }
  let nulls = 0
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
        moments.add(level.length, times)
      }
    },
    counts: () => ({
      nulls,
      distinct,
      sorted: null,
      values: counted.values(),
      ...moments.summary(),
    }),
  }
}
