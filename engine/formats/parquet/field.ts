// How the engine's column types stand in a Parquet schema (Parquet format, "Logical types").

import type { ColumnType } from '#engine/config/types.ts'
import type { NumberVector, Vector } from '#engine/rules/vector.ts'
import type { StructWriter } from './thrift.ts'

/** Numbers of the enum `Type`. */
export const PHYSICAL = { boolean: 0, int32: 1, int64: 2, double: 5, bytes: 6, fixed: 7 } as const

export type Physical = keyof typeof PHYSICAL

export type Logical =
  | { is: 'plain' | 'string' | 'json' | 'uuid' | 'date' | 'time' | 'timestamp' }
  | { is: 'decimal'; scale: number }

export type Field = { name: string; physical: Physical; logical: Logical; nullable: boolean }

/** Digits of a decimal: scaled integers within 2^53 fit, and so does any value of an INT64. */
const DECIMAL_PRECISION = 18

const UUID_BYTES = 16

const CONVERTED = {
  plain: null,
  string: 0,
  json: 19,
  uuid: null,
  date: 6,
  time: 8,
  timestamp: 10,
  decimal: 5,
} as const

const LOGICAL = {
  plain: null,
  string: 1,
  json: 12,
  uuid: 14,
  date: 6,
  time: 7,
  timestamp: 8,
  decimal: 5,
} as const

function numberShape({ type, scale }: NumberVector): [Physical, Logical] {
  switch (type) {
    case 'int':
    case 'duration':
      return ['int64', { is: 'plain' }]
    case 'float':
      return ['double', { is: 'plain' }]
    case 'decimal':
      return ['int64', { is: 'decimal', scale }]
    case 'bool':
      return ['boolean', { is: 'plain' }]
    case 'date':
      return ['int32', { is: 'date' }]
    case 'datetime':
      return ['int64', { is: 'timestamp' }]
    case 'time':
      return ['int64', { is: 'time' }]
  }
}

/** The field of a column: optional where its rule may give null. */
export function fieldOf(column: { name: string; type: ColumnType; vector: Vector }): Field {
  const { name, type, vector } = column
  const of = (physical: Physical, logical: Logical): Field => ({
    ...{ name, physical, logical, nullable: vector.nulls !== null },
  })
  if (vector.kind === 'number') return of(...numberShape(vector))
  if (vector.kind === 'uuid' && type === 'uuid') return of('fixed', { is: 'uuid' })
  return of('bytes', { is: type === 'json' ? 'json' : 'string' })
}

function writeLogical(writer: StructWriter, logical: Logical): void {
  const id = LOGICAL[logical.is]
  if (id === null) return
  writer.struct(id, (inner) => {
    if (logical.is === 'decimal') {
      inner.i32(1, logical.scale)
      inner.i32(2, DECIMAL_PRECISION)
    } else if (logical.is === 'time' || logical.is === 'timestamp') {
      inner.bool(1, logical.is === 'timestamp')
      inner.struct(2, (unit) => unit.struct(2))
    }
  })
}

/** The fields of a SchemaElement. */
export function writeField(writer: StructWriter, field: Field): void {
  const { physical, logical } = field
  const converted = CONVERTED[logical.is]
  writer.i32(1, PHYSICAL[physical])
  if (physical === 'fixed') writer.i32(2, UUID_BYTES)
  writer.i32(3, field.nullable ? 1 : 0)
  writer.text(4, field.name)
  if (converted !== null) writer.i32(6, converted)
  if (logical.is === 'decimal') {
    writer.i32(7, logical.scale)
    writer.i32(8, DECIMAL_PRECISION)
  }
  if (LOGICAL[logical.is] !== null) writer.struct(10, (inner) => writeLogical(inner, logical))
}
