// What one column is, found out from its cells as they pass.

import type { ByteCells } from '#engine/table/byte-cells.ts'
import { createByteInference } from './byte-inference.ts'
import { createCellEvidence } from './cell-evidence.ts'
import type { LayoutSearch } from './date-layouts.ts'
import type { DistinctCounter } from './distinct-count.ts'
import type { WordKind } from './field.ts'
import type { NumberFit } from './number-search.ts'
import type { Cell } from './records.ts'
import type { Seen } from './semantics.ts'

/** All that the decision needs; `infer-fields.ts` takes it. */
export type ColumnEvidence = {
  name: string
  cells: number
  nulls: number
  /** Words that may stand for null, with how often they came. */
  words: ReadonlyMap<string, { kind: WordKind; times: number }>
  /** Cells that are neither null nor such a word. */
  values: number
  numbers: readonly NumberFit[]
  infinite: number
  isBoolean: boolean
  /** Written 0 and 1, and named as yes or no is. */
  isFlag: boolean
  layouts: ReturnType<LayoutSearch['found']>
  /** Of moments in several offsets. */
  zone: LayoutSearch['zone']
  distinct: DistinctCounter
  seen: Seen
  meanLength: number
  /** Whether a value has a space in it. */
  isSpaced: boolean
  examples: readonly string[]
}

export type ColumnInference = {
  add(cells: readonly Cell[], rows: number): void
  /** The same of cells in bytes. */
  addBytes(cells: ByteCells, rows: number): void
  evidence(): ColumnEvidence
}

/** `distinctMax` values are counted one by one, of each column. */
export function createColumnInference(name: string, distinctMax: number): ColumnInference {
  const found = createCellEvidence(name, distinctMax)
  const { count, is } = found
  const inBytes = createByteInference(found, distinctMax)
  let isTyped = false
  const add = (cell: Cell): void => {
    count.cells++
    if (cell === null) count.nulls++
    else if (typeof cell === 'number' && !Number.isFinite(cell)) {
      count.nulls++
      if (!Number.isNaN(cell)) count.infinite++
    } else {
      if (typeof cell === 'number') {
        is.flag = false
        isTyped = true
      }
      found.addText(String(cell))
    }
  }
  return {
    add(cells, rows) {
      for (let row = 0; row < rows; row++) add(cells[row] ?? null)
    },
    addBytes: (cells, rows) => inBytes.add(cells, rows),
    evidence() {
      inBytes.settle()
      const { cells, nulls, values, infinite, length } = count
      const hasValues = values > 0
      return {
        ...{ name, cells, nulls, values, infinite, words: found.words },
        // Numbers of a file that has them as such are written in one way only.
        numbers: found.numbers.found().filter(({ style }) => !isTyped || style === 'plain'),
        ...{ isBoolean: is.boolean && hasValues, isFlag: is.flag && hasValues },
        layouts: is.dated && hasValues ? found.search.found() : [],
        zone: () => found.search.zone(),
        ...{ distinct: found.distinct, seen: found.questions.seen() },
        meanLength: length / Math.max(1, values),
        isSpaced: is.spaced,
        examples: [...found.examples],
      }
    },
  }
}
