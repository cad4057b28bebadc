// How one column's values become text in one dialect: values and nulls, with what stands between them and the next.

import { isNull, textAt } from '#engine/rules/read.ts'
import type { PiecesVector, TextVector, Vector } from '#engine/rules/vector.ts'
import {
  type Cell,
  eitherCell,
  entryCell,
  joined,
  literalCell,
  quoted,
  stepsOf,
} from './cell-parts.ts'
import type { Dialect } from './dialect.ts'
import { boolCell, numberCell, uuidCell } from './number-cell.ts'
import { packList } from './packed-dictionary.ts'
import { piecesCell } from './pieces-cell.ts'
import { textBound, writeText } from './text.ts'

function textCell(vector: Vector, dialect: Dialect): Cell {
  const read =
    vector.kind === 'text'
      ? (i: number) => vector.values[i] as string
      : (i: number) => textAt(vector, i)
  const write = (memory: Uint8Array, p: number, i: number) =>
    isNull(vector, i) ? p : writeText(memory, p, read(i), dialect)
  return {
    code: (bind) => `p=${bind(write)}(m,p,i);`,
    write: (memory, _, p, i) => write(memory, p, i),
    bound: (n) => {
      let sum = 0
      for (let i = 0; i < n; i++) if (!isNull(vector, i)) sum += textBound(read(i), dialect)
      return sum
    },
    widest: (n) => {
      let most = 0
      for (let i = 0; i < n; i++) {
        if (!isNull(vector, i)) most = Math.max(most, textBound(read(i), dialect))
      }
      return most
    },
  }
}

function jsonDialect({ json }: PiecesVector | TextVector, dialect: Dialect): Dialect {
  return json === true ? (dialect.json ?? dialect) : dialect
}

/** The cell of a vector's values, nulls left aside. */
function valueCell(vector: Vector, dialect: Dialect): Cell {
  switch (vector.kind) {
    case 'number':
      return numberCell(vector, dialect)
    case 'code':
      return entryCell(packList(vector.dictionary, dialect.text), vector.codes)
    case 'uuid':
      return quoted(uuidCell(vector), dialect)
    case 'pieces':
    case 'text':
      return textCell(vector, jsonDialect(vector, dialect))
  }
}

/** Longer separators would make the packed words of short values longer too. */
const FOLDED_BYTES = 2

/** The cell of a vector's values with a separator behind them, in the same copy where that is cheap. */
function separatedCell(vector: Vector, dialect: Dialect, after: string): Cell {
  if (after.length <= FOLDED_BYTES && vector.kind === 'code') {
    return entryCell(packList(vector.dictionary, dialect.text, after), vector.codes)
  }
  if (after.length <= FOLDED_BYTES && vector.kind === 'number' && vector.type === 'bool') {
    return boolCell(vector.values, after)
  }
  if (vector.kind === 'pieces') {
    const cell = piecesCell(vector, jsonDialect(vector, dialect), after)
    if (cell) return cell
  }
  return joined([valueCell(vector, dialect), literalCell(after)])
}

/** What a column shows in place of its numbers; SQL has types for those, and takes no other text. */
function written(vector: Vector, dialect: Dialect): Vector {
  const shown = vector.kind === 'number' && dialect.datetime === 'iso' ? vector.shown : undefined
  return shown ?? vector
}

/** The cell of a vector: its values, or the dialect's null, and what stands between them and the next. */
export function cellOf(vector: Vector, dialect: Dialect, after: string): Cell {
  const value = separatedCell(written(vector, dialect), dialect, after)
  const { nulls } = vector
  if (!nulls) return value
  const none = literalCell(dialect.nullText + after)
  const nothing = literalCell('')
  const [nullStep = nothing] = stepsOf(none)
  const steps = stepsOf(value).map((step, k) =>
    eitherCell(nulls, k === 0 ? nullStep : nothing, step),
  )
  return { ...eitherCell(nulls, none, value), steps }
}
