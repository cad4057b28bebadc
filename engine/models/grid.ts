// How samplers draw a range of rows: by whole batches of a fixed grid, so that a row is the same however ranges are cut.

export type Range = { from: number; to: number }

/** Rows of a batch, counted within it, and the place of the first of them among the rows of the range. */
export type GridBatch = { batch: number; rows: Range; into: number }

/** The batches of `gridRows` rows that hold the rows from (included) to (excluded). */
export function* batchesOf({ from, to }: Range, gridRows: number): Generator<GridBatch> {
  for (let batch = Math.floor(from / gridRows); batch * gridRows < to; batch++) {
    const start = batch * gridRows
    const rows = { from: Math.max(from - start, 0), to: Math.min(to - start, gridRows) }
    yield { batch, rows, into: start + rows.from - from }
  }
}

/** `work`, which begins when the calls before have ended, well or not: batches share their memory. */
export function inTurn<A extends unknown[], R>(
  work: (...values: A) => Promise<R>,
): (...values: A) => Promise<R> {
  let before: Promise<unknown> = Promise.resolve()
  return (...values) => {
    const done = before.then(() => work(...values))
    before = done.catch(() => undefined)
    return done
  }
}
