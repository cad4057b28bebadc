// What is known of a column after all its rows were seen once, batch by batch, in bounded memory.

import { type Column, type Field, kindOf } from '#engine/table/table.ts'
import { createDistinctSample, type DistinctSample } from './distinct-sample.ts'
import { createDirection, createMoments, type Direction, type Moments } from './moments.ts'
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
  add(column: Column, hashes: Float64Array): void
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

type ValueCounts = {
  add(value: string | number, times: number): void
  values(): ReadonlyMap<string | number, number> | null
}

function createValueCounts(): ValueCounts {
  let values: Map<string | number, number> | null = new Map()
  return {
    add(value, times) {
      if (values === null) return
      values.set(value, (values.get(value) ?? 0) + times)
      if (values.size > COUNTED_MAX) values = null
    },
    values: () => values,
  }
}

function createNumberCounter(hasher: ValueHasher): ColumnCounter {
  const [distinct, moments, order] = [
    createDistinctSample(),
    createMoments(),
    createDirection<number>(),
  ]
  const counted = createValueCounts()
  let nulls = 0
  return {
    add(column, hashes) {
      if (column.kind !== 'number') throw new TypeError(`${column.field.name} holds no numbers`)
      for (let row = 0; row < hashes.length; row++) {
        const value = column.values[row] as number
        if (Number.isNaN(value)) {
          nulls++
          hashes[row] = NULL_HASH
          continue
        }
        const hash = hasher.number(value)
        hashes[row] = hash
        distinct.add(hash)
        moments.add(value)
        order.add(value)
        counted.add(value, 1)
      }
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
    createDirection<string>(),
  ]
  let nulls = 0
  return {
    add(column, hashes) {
      if (column.kind !== 'text') throw new TypeError(`${column.field.name} holds no text`)
      for (let row = 0; row < hashes.length; row++) {
        const value = column.values[row] ?? null
        if (value === null) {
          nulls++
          hashes[row] = NULL_HASH
          continue
        }
        const hash = hasher.text(value)
        hashes[row] = hash
        distinct.add(hash)
        moments.add(value.length)
        order.add(value)
      }
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
  const counted = createValueCounts()
  let nulls = 0
  return {
    add(column, hashes) {
      if (column.kind !== 'category') throw new TypeError(`${column.field.name} has no categories`)
      const { codes, levels } = column
      const known = Float64Array.from(levels, (level) => hasher.text(level))
      const found = new Float64Array(levels.length)
      for (let row = 0; row < hashes.length; row++) {
        const code = codes[row] as number
        if (code < 0) nulls++
        else found[code] = (found[code] as number) + 1
        hashes[row] = code < 0 ? NULL_HASH : (known[code] as number)
      }
      for (const [code, times] of found.entries()) {
        if (times === 0) continue
        const level = levels[code] as string
        distinct.add(known[code] as number, times)
        moments.add(level.length, times)
        counted.add(level, times)
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
