// Rows as record batches of Arrow in memory: for programs that go on with the values instead of a file's bytes.

import {
  Vector as ArrowVector,
  type Data,
  type DataType,
  type Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow'
import type { ColumnType } from '#engine/config/types.ts'
import type { EachBatch } from '../file-writer.ts'
import { type Column, fieldOf, typedColumns } from './field.ts'
import { type ColumnBuffers, textBuffers } from './message.ts'
import { createStore, type Store } from './store.ts'

type Source = {
  readonly columns: readonly { name: string; type: ColumnType }[]
  readonly each: EachBatch
}

/**
 * Makes the rows from (included) .. to (excluded). With `reuse` a batch lies in the maker's own memory and holds until
 * the next one is made; without, it is the caller's.
 */
export type MakeBatch = (from: number, to: number, options: { reuse: boolean }) => RecordBatch

type Part = { field: Field; store: Store; dictionary: ArrowVector | undefined }

function dataOf(
  type: DataType,
  rows: number,
  { nulls, buffers: [nullBitmap, ...values] }: ColumnBuffers,
  dictionary?: ArrowVector,
): Data {
  const [valueOffsets, texts] = values
  const props = { type, length: rows, nullCount: nulls, nullBitmap, dictionary }
  const filled = texts ? { ...props, valueOffsets, data: texts } : { ...props, data: values[0] }
  return makeData(filled)
}

function partOf(column: Column, index: number): Part {
  const { vector } = column
  const texts = vector.kind === 'code' ? vector.dictionary : null
  return {
    field: fieldOf(column, index),
    store: createStore(column),
    dictionary: texts
      ? new ArrowVector([dataOf(new Utf8(), texts.length, textBuffers(texts))])
      : undefined,
  }
}

const owned = ({ nulls, buffers }: ColumnBuffers): ColumnBuffers => ({
  nulls,
  buffers: buffers.map((buffer) => buffer.slice()),
})

/** A maker of batches; all that it makes have one schema and share their dictionaries. */
export function createBatchMaker({ columns, each }: Source): MakeBatch {
  let parts: Part[] | null = null
  let schema: Schema | null = null
  return (from, to, { reuse }) => {
    for (const { store } of parts ?? []) store.reset()
    each(from, to, (batch) => {
      parts ??= typedColumns({ columns }, batch.columns).map(partOf)
      for (const { store } of parts) store.take(batch.n)
    })
    const filled = parts ?? []
    schema ??= new Schema(filled.map(({ field }) => field))
    const rows = to - from
    const children = filled.map(({ field, store, dictionary }) => {
      const buffers = store.buffers()
      return dataOf(field.type, rows, reuse ? buffers : owned(buffers), dictionary)
    })
    const type = new Struct(schema.fields)
    return new RecordBatch(schema, makeData({ type, length: rows, nullCount: 0, children }))
  }
}
