// What lies within a bin: values that several rows have, and stretches of others, each on its own steps. They are drawn
// by their shares, whatever other columns are; so tails fall off as they did, and prices end as they did.

import { stepOf } from '../steps.ts'

/** JSON. Each `step` units of 10^-decimals a value, from `from` to `to`, both inclusive. Shares of a bin add up to 1. */
export type Cell = { from: number; to: number; step: number; share: number }

/** Of ascending numbers, at least one. No cell rests on fewer than `leastRows` rows, as far as there are so many. */
export function cellsOf(sorted: Float64Array, decimals: number, leastRows: number): Cell[] {
  const counts = new Map<number, number>()
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1)
  const isOften = (value: number): boolean => (counts.get(value) ?? 0) >= leastRows
  const others = sorted.filter((value) => !isOften(value))
  const cell = (values: Float64Array, rows: number): Cell => ({
    ...{ from: values[0] as number, to: values.at(-1) as number },
    ...{ step: stepOf(values, decimals), share: rows / sorted.length },
  })
  const often = [...counts].filter(([value]) => isOften(value))
  const alone = often.map(([value, rows]) => cell(Float64Array.of(value), rows))
  if (others.length === 0) return alone
  if (others.length < leastRows) return [...alone, cell(sorted, others.length)]
  return [...alone, ...stretches(others, leastRows).map((values) => cell(values, values.length))]
}

/** Ascending, of whole runs of equal values: from the sparser end on, each of about as many rows as those before. */
function stretches(sorted: Float64Array, leastRows: number): Float64Array[] {
  const middle = sorted[sorted.length >>> 1] as number
  const isTail = (sorted.at(-1) as number) - middle > middle - (sorted[0] as number)
  const found: Float64Array[] = []
  for (let done = 0; done < sorted.length; ) {
    const to = runEnd(sorted, isTail, done + Math.max(leastRows, done))
    const end = sorted.length - to < leastRows ? sorted.length : to
    found.push(
      isTail
        ? sorted.subarray(sorted.length - end, sorted.length - done)
        : sorted.subarray(done, end),
    )
    done = end
  }
  return isTail ? found.reverse() : found
}

/** So many rows from that end, or more where the last of them has equals. */
function runEnd(sorted: Float64Array, isTail: boolean, rows: number): number {
  const at = (row: number): number | undefined => sorted[isTail ? sorted.length - 1 - row : row]
  let end = rows
  while (end < sorted.length && at(end) === at(end - 1)) end++
  return end
}

/** What a range leaves of cells, in units of 10^-decimals, and the share of the bin that this is. */
export function cellsWithin(
  cells: readonly Cell[],
  decimals: number,
  range: { min: number; max: number },
): { cells: Cell[]; share: number } {
  const scale = 10 ** decimals
  const [min, max] = [Math.ceil(range.min * scale), Math.floor(range.max * scale)]
  const left = cells.flatMap(({ from, to, step, share }): Cell[] => {
    const [low, high] = [Math.round(from * scale), Math.round(to * scale)]
    const first = Math.max(0, Math.ceil((min - low) / step))
    const all = Math.round((high - low) / step)
    const last = Math.min(all, Math.floor((max - low) / step))
    if (first > last) return []
    const part = (share * (last - first + 1)) / (all + 1)
    return [{ from: low + first * step, to: low + last * step, step, share: part }]
  })
  return { cells: left, share: left.reduce((sum, { share }) => sum + share, 0) }
}
