// Columns as small codes for joint counts: categories with null as a level of its own, numbers in the ten equal
// bins of SDMetrics' report.

import { extremes } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

/** Codes 0 .. size - 1, one for each row. */
export type Coded = { codes: Int32Array; size: number }

const BINS = 10

export function codeColumns({ columns }: Measured): Coded[] {
  return columns.map(codeColumn)
}

/** Numbers are cut between their own extremes: another table's bins are others. */
export function codeColumn(column: MeasuredColumn): Coded {
  if (column.kind === 'number') return { codes: equalBins(column.values), size: BINS + 2 }
  const { codes, levels } = column
  return { codes: codes.map((code) => (code < 0 ? levels.length : code)), size: levels.length + 1 }
}

/** As numpy cuts and counts: bin i holds edge i - 1 <= x < edge i; the maximum and nulls share the last one. */
function equalBins(values: Float64Array): Int32Array {
  const edges = equalEdges(values)
  const [low, high] = [edges[0] as number, edges[BINS] as number]
  const scale = BINS / (high - low)
  const codes = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value) || value >= high) {
      codes[row] = BINS + 1
      continue
    }
    let bin = Math.min(Math.floor((value - low) * scale), BINS - 1)
    if (value < (edges[bin] as number)) bin--
    else if (value >= (edges[bin + 1] as number)) bin++
    codes[row] = bin + 1
  }
  return codes
}

function equalEdges(values: Float64Array): Float64Array {
  let [low, high] = extremes(values)
  if (low > high) [low, high] = [0, 1]
  if (low === high) [low, high] = [low - 0.5, high + 0.5]
  const step = (high - low) / BINS
  const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => i * step + low)
  edges[BINS] = high
  return edges
}
