// How the engine's columns stand in an Arrow schema.

import {
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float64,
  Int32,
  Int64,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import type { ColumnType } from '#engine/config/types.ts'
import type { NumberVector, Vector } from '#engine/rules/vector.ts'

export type Column = { name: string; type: ColumnType; vector: Vector }

/** The vectors of a table's columns with the types that they are declared with. */
export function typedColumns(
  table: { readonly columns: readonly { type: ColumnType }[] },
  vectors: readonly { name: string; vector: Vector }[],
): Column[] {
  return vectors.map((column, k) => ({ ...column, type: table.columns[k]?.type ?? 'str' }))
}

/** Scaled integers within 2^53 fit, with room for sums. */
const DECIMAL_PRECISION = 18
const UUID_BYTES = 16

function numberType({ type, scale }: NumberVector): DataType {
  switch (type) {
    case 'int':
    case 'duration':
      return new Int64()
    case 'float':
      return new Float64()
    case 'decimal':
      return new Decimal(scale, DECIMAL_PRECISION)
    case 'bool':
      return new Bool()
    case 'date':
      return new DateDay()
    case 'datetime':
      return new TimestampMicrosecond('UTC')
    case 'time':
      return new TimeMicrosecond()
  }
}

/** Names of Arrow's canonical extension types. */
function extensionOf({ type, vector }: Column): Map<string, string> {
  const name = type === 'json' ? 'arrow.json' : isUuid({ type, vector }) ? 'arrow.uuid' : null
  if (name === null) return new Map()
  return new Map([
    ['ARROW:extension:name', name],
    ['ARROW:extension:metadata', ''],
  ])
}

/** Whether the values are kept as 16 bytes. */
export function isUuid({ type, vector }: Pick<Column, 'type' | 'vector'>): boolean {
  return vector.kind === 'uuid' && type === 'uuid'
}

/** The field of the column at `index`, which is the number of its dictionary if it has one. */
export function fieldOf(column: Column, index: number): Field {
  const { name, vector } = column
  const nullable = vector.nulls !== null
  const of = (type: DataType) => new Field(name, type, nullable, extensionOf(column))
  if (vector.kind === 'number') return of(numberType(vector))
  if (vector.kind === 'code') return of(new Dictionary(new Utf8(), new Int32(), index))
  return of(isUuid(column) ? new FixedSizeBinary(UUID_BYTES) : new Utf8())
}
