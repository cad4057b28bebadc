// A block of a Parquet file: one row group, from batches of vectors to bytes. Its bytes depend on its rows
// and the options alone, not on the batches.

import type { ColumnType } from '#engine/config/types.ts'
import type { Vector } from '#engine/rules/vector.ts'
import { encodeTail } from '../block-tail.ts'
import type { Output } from '../output.ts'
import { type BlockRecord, type ColumnRecord, encodeRecord } from './block-record.ts'
import { createByteSink } from './byte-sink.ts'
import { createTextStore, createUuidStore } from './byte-store.ts'
import { createCodeStore } from './code-store.ts'
import type { Codec } from './codec.ts'
import type { ValueStore } from './column.ts'
import { writeColumnChunk } from './column-chunk.ts'
import { type Field, fieldOf } from './field.ts'
import { createNumberStore } from './number-store.ts'
import { createPresence, type Presence } from './presence.ts'

const PAGE_ROWS = 20_000
const MICROS = 1_000_000

export type Column = { name: string; type: ColumnType; vector: Vector }

export type ParquetOptions = {
  codec: Codec
  /** Most rows of a block. */
  blockRows: number
  /** Rows of a page: what a reader with the page index skips at a time. */
  pageRows?: number
}

export type BlockWriter = {
  readonly fields: readonly Field[]
  /** Takes the vectors' first n entries; at most `blockRows` until `finish`. */
  add(n: number): void
  /** Forgets the rows taken: after an error in between. */
  reset(): void
  /** Appends the rows taken as one block and forgets them. AppError `out_of_memory` from the output. */
  finish(out: Output): void
}

function storeOf({ vector }: Column, field: Field, capacity: number): ValueStore {
  if (vector.kind === 'number') {
    const { is } = field.logical
    const factor = is === 'timestamp' || is === 'time' ? MICROS : 1
    return createNumberStore(vector, field.physical, factor, capacity)
  }
  if (vector.kind === 'code') return createCodeStore(vector, capacity)
  if (vector.kind === 'uuid' && field.physical === 'fixed') return createUuidStore(vector, capacity)
  return createTextStore(vector, capacity)
}

type Taking = { field: Field; vector: Vector; store: ValueStore; presence: Presence }

/** A writer of blocks of the columns' values. */
export function createBlockWriter(
  columns: readonly Column[],
  { codec, blockRows, pageRows = PAGE_ROWS }: ParquetOptions,
): BlockWriter {
  const taking = columns.map((column): Taking => {
    const field = fieldOf(column)
    const store = storeOf(column, field, blockRows)
    const presence = createPresence(field.nullable, blockRows)
    return { field, vector: column.vector, store, presence }
  })
  const scratch = createByteSink()
  let rows = 0
  const reset = (): void => {
    for (const { store, presence } of taking) {
      store.reset()
      presence.reset()
    }
    rows = 0
  }
  return {
    fields: taking.map(({ field }) => field),
    add(n) {
      for (const { vector, store, presence } of taking) {
        store.take(n)
        presence.take(vector.nulls, n)
      }
      rows += n
    },
    reset,
    finish(out) {
      if (rows === 0) return
      const start = out.length
      const indexes: Uint8Array[] = []
      const records = taking.map((it): ColumnRecord => {
        const options = { codec, pageRows, scratch }
        const { record, index } = writeColumnChunk(it, options, out)
        indexes.push(index)
        return record
      })
      for (const index of indexes) out.append(index)
      const record: BlockRecord = { rows, columns: records }
      out.append(encodeTail(encodeRecord(record), out.length - start))
      reset()
    },
  }
}
