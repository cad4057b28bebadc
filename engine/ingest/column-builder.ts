// Values of one column, gathered slot by slot from raw cells.

import type { ByteCells } from '#engine/table/byte-cells.ts'
import { type Column, kindOf } from '#engine/table/table.ts'
import {
  type CellReader,
  createCoder,
  createTextReader,
  createValueReader,
} from './cell-readers.ts'
import type { IngestField } from './field.ts'
import type { Cell } from './records.ts'
import type { Slots } from './reservoir.ts'

export type ColumnBuilder = {
  /** Cells of a batch into the slots of its rows. AppError `invalid_request` for a value of another type. */
  add(cells: readonly Cell[], slots: Slots): void
  /** The same of cells in bytes. */
  addBytes(cells: ByteCells, slots: Slots): void
  /** The column with its slots in this order. */
  finish(order: Int32Array): Column
}

export function createColumnBuilder(given: IngestField): ColumnBuilder {
  const field = plainField(given)
  switch (kindOf(given.type)) {
    case 'number': {
      const values: number[] = []
      const finish = (order: Int32Array): Column => {
        return {
          kind: 'number',
          field,
          values: Float64Array.from(order, (slot) => values[slot] as number),
        }
      }
      return { ...gatherers(values, createValueReader(given), Number.NaN), finish }
    }
    case 'category': {
      const coder = createCoder(given)
      const codes: number[] = []
      const finish = (order: Int32Array): Column => {
        const ordered = Int32Array.from(order, (slot) => codes[slot] as number)
        const isBoolean = given.type === 'boolean'
        const { levels } = coder
        return {
          ...{ kind: 'category', field },
          ...(isBoolean ? { codes: ordered, levels } : used(ordered, levels)),
        }
      }
      return { ...gatherers(codes, coder, -1), finish }
    }
    case 'text': {
      const values: (string | null)[] = []
      const finish = (order: Int32Array): Column => {
        return { kind: 'text', field, values: Array.from(order, (slot) => values[slot] ?? null) }
      }
      return { ...gatherers(values, createTextReader(given), null), finish }
    }
  }
}

/** What columns of tables know of their fields. */
export function plainField({ numbers: _style, nullWords: _words, ...field }: IngestField) {
  return field
}

function gatherers<T>(
  into: T[],
  read: CellReader<T>,
  empty: T,
): Pick<ColumnBuilder, 'add' | 'addBytes'> {
  return {
    add(cells, { rows, from }) {
      for (let row = 0; row < rows.length; row++) {
        const slot = rows[row] as number
        if (slot < 0) continue
        const cell = cells[row] ?? null
        into[slot] = cell === null ? empty : read.text(String(cell), from + row)
      }
    },
    addBytes(cells, { rows, from: before }) {
      const { bounds, first, step } = cells
      for (let row = 0; row < rows.length; row++) {
        const slot = rows[row] as number
        if (slot < 0) continue
        const at = first + row * step
        const from = bounds[at] as number
        const to = bounds[at + 1] as number
        into[slot] = from < 0 ? empty : read.bytes(cells, from, to, before + row)
      }
    },
  }
}

/** The levels that codes use, in the order of their first row. */
function used(
  codes: Int32Array,
  levels: readonly string[],
): { codes: Int32Array; levels: string[] } {
  const renumbered = new Map<number, number>([[-1, -1]])
  const kept: string[] = []
  const recoded = codes.map((code) => {
    const given = renumbered.get(code) ?? kept.push(levels[code] as string) - 1
    renumbered.set(code, given)
    return given
  })
  return { codes: recoded, levels: kept }
}
