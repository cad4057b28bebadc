// Columns of batches, one after the other, of cells in bytes: what is known of one batch's values serves the next.

import type { ByteCells, BytesColumn } from '#engine/table/byte-cells.ts'
import { type Column, kindOf } from '#engine/table/table.ts'
import { createCoder, createTextReader, createValueReader } from './cell-readers.ts'
import { plainField } from './column-builder.ts'
import type { IngestField } from './field.ts'

export type BatchReader = {
  /** Good until the next. `before` rows of the file stand above. AppError `invalid_request` for a value of another type. */
  read(cells: ByteCells, rows: number, before: number): Column | BytesColumn
}

/** So many levels are kept for the next batch. */
const LEVELS_HELD = 100_000

export function createBatchReader(given: IngestField): BatchReader {
  switch (kindOf(given.type)) {
    case 'number':
      return numberReader(given)
    case 'category':
      return categoryReader(given)
    case 'text':
      return textReader(given)
  }
}

function numberReader(given: IngestField): BatchReader {
  const field = plainField(given)
  const reader = createValueReader(given)
  let memory = new Float64Array(0)
  return {
    read(cells, rows, before) {
      const { bounds, first, step } = cells
      if (memory.length < rows) memory = new Float64Array(rows)
      const values = memory.subarray(0, rows)
      for (let row = 0, at = first; row < rows; row++, at += step) {
        const from = bounds[at] as number
        const to = bounds[at + 1] as number
        values[row] = from < 0 ? Number.NaN : reader.bytes(cells, from, to, before + row)
      }
      return { kind: 'number', field, values }
    },
  }
}

function categoryReader(given: IngestField): BatchReader {
  const field = plainField(given)
  let coder = createCoder(given)
  let memory = new Int32Array(0)
  return {
    read(cells, rows, before) {
      if (coder.levels.length > LEVELS_HELD) coder = createCoder(given)
      const { bounds, first, step } = cells
      if (memory.length < rows) memory = new Int32Array(rows)
      const codes = memory.subarray(0, rows)
      for (let row = 0, at = first; row < rows; row++, at += step) {
        const from = bounds[at] as number
        const to = bounds[at + 1] as number
        codes[row] = from < 0 ? -1 : coder.bytes(cells, from, to, before + row)
      }
      return { kind: 'category', field, codes, levels: coder.levels }
    },
  }
}

function textReader(given: IngestField): BatchReader {
  const field = plainField(given)
  const reader = createTextReader(given)
  return {
    read(cells, rows) {
      let own = cells
      for (let row = 0; row < rows; row++) {
        const at = cells.first + row * cells.step
        const from = cells.bounds[at] as number
        if (from < 0 || !reader.isNull(cells, from, cells.bounds[at + 1] as number)) continue
        if (own === cells) own = ownCells(cells, rows)
        own.bounds[2 * row] = -1
      }
      return { kind: 'bytes', field, cells: own }
    },
  }
}

/** The same cells with bounds of their own. */
function ownCells({ bounds, first, step, ...of }: ByteCells, rows: number): ByteCells {
  const own = new Int32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    own[2 * row] = bounds[first + row * step] as number
    own[2 * row + 1] = bounds[first + row * step + 1] as number
  }
  return { ...of, bounds: own, first: 0, step: 2 }
}
