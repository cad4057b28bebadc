// Columns as they are written where a table has anomalies: copies of the clean values that single cells can be changed in.

import type { ColumnType } from './config/types.ts'
import { rowCapacity } from './rows.ts'
import { textAt } from './rules/read.ts'
import { numberVector, type Vector } from './rules/vector.ts'

export type DamagedColumn = {
  readonly vector: Vector
  /** Takes the clean values of a batch over. */
  copy(n: number): void
  isNull(i: number): boolean
  setNull(i: number): void
  /** The number or text of a cell; undefined where only nulls can be set. */
  get(i: number): number | string | undefined
  set(i: number, value: number | string): void
  /** The value that entry i of another vector of the same column has. */
  from(other: Vector, i: number): number | string
}

/** Numbers and times are copied as such, text as text, everything else can only be made null. */
export function createDamagedColumn(
  clean: Vector,
  type: ColumnType,
  batchRows: number,
): DamagedColumn {
  const nulls = new Uint8Array(rowCapacity(batchRows))
  const common = {
    isNull: (i: number) => nulls[i] === 1,
    setNull: (i: number) => {
      nulls[i] = 1
    },
  }
  const copyNulls = (n: number) => {
    if (clean.nulls) nulls.set(clean.nulls.subarray(0, n))
    else nulls.fill(0, 0, n)
  }
  if (type === 'str') return { ...common, ...textCells(clean, nulls, copyNulls) }
  if (clean.kind !== 'number' || clean.shown) {
    const none = { get: () => undefined, set: () => undefined, from: () => '' }
    return { ...common, ...none, vector: { ...clean, nulls }, copy: copyNulls }
  }
  const vector = { ...numberVector(clean.type, clean.scale, nulls.length), nulls }
  return {
    ...common,
    vector,
    copy(n) {
      vector.values.set(clean.values.subarray(0, n))
      copyNulls(n)
    },
    get: (i) => vector.values[i] as number,
    set: (i, value) => {
      vector.values[i] = Number(value)
      nulls[i] = 0
    },
    from: (other, i) => (other.kind === 'number' ? (other.values[i] as number) : 0),
  }
}

function textCells(
  clean: Vector,
  nulls: Uint8Array,
  copyNulls: (n: number) => void,
): Pick<DamagedColumn, 'vector' | 'copy' | 'get' | 'set' | 'from'> {
  const values = new Array<string>(nulls.length).fill('')
  return {
    vector: { kind: 'text', values, nulls },
    copy(n) {
      for (let i = 0; i < n; i++) values[i] = textAt(clean, i)
      copyNulls(n)
    },
    get: (i) => values[i],
    set: (i, value) => {
      values[i] = String(value)
      nulls[i] = 0
    },
    from: (other, i) => textAt(other, i),
  }
}
