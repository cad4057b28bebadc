// Rows as points of Gower's distance (1971): a number's difference over its range, at most 1; 1 for other levels; a
// null is as far from a value as two levels are from each other, and at no distance from a null.

import { extremes, type NumberColumn } from '#engine/table/table.ts'
import type { Measured, MeasuredColumn } from '../measured.ts'

/**
 * Row after row of `width` coordinates; two rows are as far apart as the sum of min(1, |difference|). The first
 * `levels` are whole numbers, so that all differences of theirs are 0 or 1.
 */
export type Points = { coordinates: Float32Array; rows: number; width: number; levels: number }

const NULL_LEVEL = -1
/** Far from every value and at no distance from itself. */
const NULL_NUMBER = 1e30

/**
 * Points of tables like the one that ranges are taken from. Numbers that are constant there count as equal to the
 * constant or not, as in SDMetrics.
 */
export function createGowerSpace(reference: Measured): (table: Measured) => Points {
  const ranges = reference.columns.map((column) =>
    column.kind === 'number' ? extremes(column.values) : null,
  )
  const isLevel = (at: number): boolean => {
    const range = ranges[at]
    return !range || range[0] >= range[1]
  }
  const places = ranges.map((_, at) => at)
  const order = [...places.filter(isLevel), ...places.filter((at) => !isLevel(at))]
  return ({ rows, columns }) => {
    const width = order.length
    const coordinates = new Float32Array(rows * width)
    for (const [place, at] of order.entries()) {
      const read = readerOf(columns[at] as MeasuredColumn, ranges[at] ?? null)
      for (let row = 0; row < rows; row++) coordinates[row * width + place] = read(row)
    }
    return { coordinates, rows, width, levels: places.filter(isLevel).length }
  }
}

function readerOf(column: MeasuredColumn, range: [number, number] | null): (row: number) => number {
  if (column.kind === 'category') return (row) => column.codes[row] as number
  const { values }: NumberColumn = column
  const [low, high] = range as [number, number]
  if (low < high)
    return (row) => {
      const value = values[row] as number
      return Number.isNaN(value) ? NULL_NUMBER : (value - low) / (high - low)
    }
  return (row) => {
    const value = values[row] as number
    if (Number.isNaN(value)) return NULL_LEVEL
    return value === low ? 0 : 1
  }
}
