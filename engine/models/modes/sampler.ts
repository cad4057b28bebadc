// Rows drawn by a network that turns noise into codes and places, on a grid of full batches. Conditions are met by
// drawing again: candidate k of row i has noise of its own, so that row i is the same however ranges are cut.

import { AppError } from '#engine/errors.ts'
import { createKeystream } from '#engine/tensor/noise.ts'
import { openSession } from '#engine/tensor/session.ts'
import type { SamplerOptions } from '../algorithm.ts'
import { batchesOf, inTurn, type Range } from '../grid.ts'
import { impossible } from '../impossible.ts'
import {
  NO_TALLY,
  roomFor,
  type SampledColumn,
  type Sampler,
  type TargetShape,
} from '../sampled.ts'
import {
  CANDIDATES_MOST,
  createBatch,
  type DrawBatch,
  GRID_ROWS,
  inBatch,
  type RowDrawing,
  type Slots,
} from './batch.ts'
import { type ColumnTest, columnTests, meeting } from './conditions.ts'
import { type ColumnDecoder, type Curves, createDecoder, type DrawnRows } from './decode.ts'
import type { Layout } from './layout.ts'
import type { Modes } from './modes.ts'

export type ModeModel = {
  targets: readonly TargetShape[]
  modes: readonly Modes[]
  layout: Layout
  /** By column. */
  curves: readonly Curves[]
}

/** The caller releases it. AppError `invalid_request` for conditions that no row can meet. */
export async function createModeSampler(
  known: ModeModel,
  drawing: RowDrawing,
  { seed, conditions = {}, ...session }: SamplerOptions,
): Promise<Sampler> {
  const tests = columnTests(known.targets, conditions)
  for (const column of known.modes)
    if (column.kind === 'numeric' && !column.hasNull && conditions.nulls?.includes(column.name))
      throw impossible(column.name)
  const running = await openSession(drawing.model, session)
  const tally = { drawn: 0, met: 0 }
  const sample = createRanges(known, {
    draw: createBatch(known.layout, drawing, running, createKeystream(seed, 4)),
    decoders: decodersOf(known),
    tests,
    tally,
  })
  return {
    targets: known.targets,
    tally: () => (tests.length === 0 ? NO_TALLY : { ...tally }),
    release: () => running.release(),
    sample: inTurn(sample),
  }
}

type Drawing = {
  draw: DrawBatch
  decoders: readonly ColumnDecoder[]
  tests: readonly ColumnTest[]
  tally: { drawn: number; met: number }
}

function createRanges({ targets }: ModeModel, drawing: Drawing): Sampler['sample'] {
  const { draw, decoders, tests } = drawing
  return async (range, { signal, spare }) => {
    const found = roomFor(targets, range.to - range.from, spare)
    for (const { batch, rows, into } of batchesOf(range, GRID_ROWS)) {
      const put: Accept = (drawn, slots, rowsOf) => {
        for (const [column, decode] of decoders.entries()) {
          const part = (found[column] as SampledColumn).subarray(into)
          if (rowsOf === null) decode(drawn, slots, part)
          else scatter(part, decode(drawn, slots), rowsOf, rows)
        }
      }
      signal?.throwIfAborted()
      if (tests.length === 0) put(await draw(batch, null), ALL.subarray(rows.from, rows.to), null)
      else await drawUntilMet(drawing, { batch, put, signal })
    }
    return found
  }
}

const ALL = Int32Array.from({ length: GRID_ROWS }, (_, i) => i)

/** Takes drawn rows (slots of the batch) as these rows of the grid; null: the slots are the rows that are wanted. */
type Accept = (drawn: DrawnRows, slots: Int32Array, rowsOf: Int32Array | null) => void

/** `into` begins with the first of the rows that are wanted. */
function scatter(
  into: SampledColumn,
  values: SampledColumn,
  rowsOf: Int32Array,
  { from, to }: Range,
): void {
  for (const [i, row] of rowsOf.entries())
    if (row >= from && row < to) into[row - from] = values[i] as number
}

function decodersOf({ modes, layout, curves }: ModeModel): ColumnDecoder[] {
  return modes.map((known, column) =>
    createDecoder(known, curves[column] ?? [], inBatch(column, layout)),
  )
}

/** Rows that have not met the tests share the slots of the next batch; the first candidate that does is the row. */
async function drawUntilMet(
  { draw, tests, decoders, tally }: Drawing,
  { batch, put, signal }: { batch: number; put: Accept; signal: AbortSignal | undefined },
): Promise<void> {
  let waiting = ALL
  let next = 0
  while (waiting.length > 0) {
    signal?.throwIfAborted()
    if (next >= CANDIDATES_MOST) throw unmet(tally)
    const each = Math.min(Math.floor(GRID_ROWS / waiting.length), CANDIDATES_MOST - next)
    const slots = slotsOf(waiting, each, next)
    const drawn = await draw(batch, next === 0 ? null : slots)
    const used = ALL.subarray(0, waiting.length * each)
    const meets = meeting(tests, used.length, (column) =>
      (decoders[column] as ColumnDecoder)(drawn, used),
    )
    tally.drawn += used.length
    tally.met += meets.reduce((sum, one) => sum + one, 0)
    const accepted = used.filter((slot) => firstOfRow(meets, slot, each))
    const rowsOf = accepted.map((slot) => slots.rows[slot] as number)
    put(drawn, accepted, rowsOf)
    const done = new Set(rowsOf)
    waiting = waiting.filter((row) => !done.has(row))
    next += each
  }
}

/** Row after row, the next `each` candidates of each; slots that are left over repeat the first. */
function slotsOf(waiting: Int32Array, each: number, next: number): Slots {
  const used = waiting.length * each
  return {
    rows: ALL.map((slot) => waiting[slot < used ? Math.floor(slot / each) : 0] as number),
    candidates: ALL.map((slot) => next + (slot < used ? slot % each : 0)),
  }
}

function firstOfRow(meets: Uint8Array, slot: number, each: number): boolean {
  if (meets[slot] === 0) return false
  for (let before = slot - (slot % each); before < slot; before++)
    if (meets[before] === 1) return false
  return true
}

function unmet({ drawn, met }: { drawn: number; met: number }): AppError {
  const share = ((100 * met) / drawn).toPrecision(2)
  return new AppError(
    'unmet_conditions',
    `${share} % of the rows that the model draws meet the conditions, and some row did not in ${CANDIDATES_MOST} attempts`,
  )
}
