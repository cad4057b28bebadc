// Rows of a model, drawn a stretch ahead of being written: a model draws asynchronously and by whole batches, a table
// is written synchronously and by any batches.

import { AppError } from './errors.ts'
import type { SampledColumn, Sampler } from './models/sampled.ts'
import type { Rows } from './rows.ts'

/** Entry i is of row `from` + i: numbers (NaN null) or codes of levels. */
export type DrawnColumn = { values: SampledColumn; from: number }

export type LearnedRows = {
  /**
   * Draws the rows from (included) .. to (excluded), unless they are drawn already; those drawn before may be forgotten.
   * Rejects as the sampler does.
   */
  prepare(from: number, to: number, options?: { signal?: AbortSignal }): Promise<void>
  /** Whether these rows can be written now. */
  covers(from: number, to: number): boolean
  /** A target's values; AppError `internal` where a row of the batch is not drawn. */
  column(target: number, rows: Rows): DrawnColumn
  /** Lets go of the sampler. */
  release(): Promise<void>
}

/** Stretches begin and end at multiples: of the batches that samplers draw, so that none is drawn twice. */
const STRETCH_ROWS = 2500

/** `open` is called when rows are first needed; `rows` is the length of the table. */
export function createLearnedRows(open: () => Promise<Sampler>, rows: number): LearnedRows {
  let sampler: Promise<Sampler> | null = null
  let drawn: { from: number; to: number; columns: SampledColumn[] } = {
    from: 0,
    to: 0,
    columns: [],
  }
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
    const columns = await opened.sample({ from, to }, signal ? { signal } : {})
    drawn = { from, to, columns }
  }

  return {
    covers,
    prepare(from, to, { signal } = {}) {
      drawing = drawing.catch(() => undefined).then(() => draw({ from, to }, signal))
      return drawing
    },
    column(target, { n, index }) {
      const values = drawn.columns[target]
      for (let i = 0; i < n; i++) {
        const row = index[i] as number
        if (row < drawn.from || row >= drawn.to)
          throw new AppError('internal', `row ${row} was not drawn before it was written`)
      }
      if (values === undefined && n > 0)
        throw new AppError('invalid_config', `the model has no target ${target}`)
      return { values: values ?? new Float64Array(0), from: drawn.from }
    },
    async release() {
      const opened = sampler
      sampler = null
      await (await opened)?.release()
    },
  }
}
