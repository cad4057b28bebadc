// Rows of a model, drawn a stretch ahead of being written: a model draws asynchronously and by whole batches, a table
// is written synchronously and by any batches.

import { AppError } from './errors.ts'
import { NO_TALLY, type SampledColumn, type Sampler, type Tally } from './models/sampled.ts'
import type { Rows } from './rows.ts'

export type LearnedRows = {
  /**
   * Draws the rows from (included) .. to (excluded), unless they are drawn already; those drawn before may be forgotten.
   * Rejects as the sampler does.
   */
  prepare(from: number, to: number, options?: { signal?: AbortSignal }): Promise<void>
  /** Whether these rows can be written now. */
  covers(from: number, to: number): boolean
  /**
   * A target's values, numbers (NaN null) or codes of levels: entry i is of the batch's row i, until rows are drawn
   * again. AppError `internal` where a row of the batch is not drawn.
   */
  column(target: number, rows: Rows): SampledColumn
  /** Of the sampler so far. */
  tally(): Tally
  /** Lets go of the sampler. */
  release(): Promise<void>
}

/** Stretches begin and end at multiples: of the batches that samplers draw, so that none is drawn twice. */
const STRETCH_ROWS = 2500

/** `open` is called when rows are first needed; `rows` is the length of the table. */
export function createLearnedRows(open: () => Promise<Sampler>, rows: number): LearnedRows {
  let sampler: Promise<Sampler> | null = null
  let tallyOf = (): Tally => NO_TALLY
  let drawn: { from: number; to: number; columns: SampledColumn[] } = {
    from: 0,
    to: 0,
    columns: [],
  }
  /** Those drawn before: their memory is for the next. */
  let spare: SampledColumn[] = []
  let drawing: Promise<void> = Promise.resolve()
  const covers = (from: number, to: number): boolean =>
    from >= to || (from >= drawn.from && to <= drawn.to)

  async function draw(wanted: { from: number; to: number }, signal?: AbortSignal): Promise<void> {
    if (covers(wanted.from, wanted.to)) return
    const from = Math.floor(wanted.from / STRETCH_ROWS) * STRETCH_ROWS
    const to = Math.min(rows, Math.ceil(wanted.to / STRETCH_ROWS) * STRETCH_ROWS)
    sampler ??= open()
    const opened = await sampler.catch((error: unknown) => {
      sampler = null
      throw error
    })
    tallyOf = () => opened.tally()
    const columns = await opened.sample({ from, to }, { spare, ...(signal && { signal }) })
    spare = drawn.columns
    drawn = { from, to, columns }
  }

  /** Where in what is drawn the batch begins, and whether it has neighbouring rows only; looked at once a batch. */
  let place = { rows: null as Rows | null, stamp: 0, drawn, from: 0, isRange: true }
  const placeOf = (rows: Rows): typeof place => {
    if (place.rows === rows && place.stamp === rows.stamp && place.drawn === drawn) return place
    const { n, index } = rows
    const first = index[0] as number
    let isRange = true
    for (let i = 0; i < n; i++) {
      const row = index[i] as number
      isRange &&= row === first + i
      if (row < drawn.from || row >= drawn.to)
        throw new AppError('internal', `row ${row} was not drawn before it was written`)
    }
    place = { rows, stamp: rows.stamp, drawn, from: n > 0 ? first - drawn.from : 0, isRange }
    return place
  }

  return {
    covers,
    prepare(from, to, { signal } = {}) {
      drawing = drawing.catch(() => undefined).then(() => draw({ from, to }, signal))
      return drawing
    },
    column(target, rows) {
      const values = drawn.columns[target]
      const { from, isRange } = placeOf(rows)
      if (values === undefined && rows.n > 0)
        throw new AppError('invalid_config', `the model has no target ${target}`)
      if (values === undefined) return new Float64Array(0)
      if (isRange) return values.subarray(from, from + rows.n)
      const { n, index } = rows
      const gathered = values instanceof Int32Array ? new Int32Array(n) : new Float64Array(n)
      for (let i = 0; i < n; i++) gathered[i] = values[(index[i] as number) - drawn.from] as number
      return gathered
    },
    tally: () => tallyOf(),
    async release() {
      const opened = sampler
      sampler = null
      await (await opened)?.release()
    },
  }
}
