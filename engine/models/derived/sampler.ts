// Rows of learned and derived targets. What conditions on derived ones say of those that they follow from is met by
// the algorithm; what is left is met by drawing again, batch by batch of a fixed grid.

import { AppError } from '#engine/errors.ts'
import type { SamplerOptions } from '../algorithm.ts'
import { batchesOf } from '../grid.ts'
import { type ColumnTest, columnTests, meeting } from '../modes/conditions.ts'
import {
  type Conditions,
  ofTarget,
  roomFor,
  type SampledColumn,
  type Sampler,
  type Tally,
  type TargetShape,
  type Window,
} from '../sampled.ts'
import { type Asked, askedOf } from './asked.ts'
import { fillDerived } from './combine.ts'
import type { DerivedTarget } from './derived.ts'
import { windowOf } from './windows.ts'

/** Where rows are drawn again: part of what the bytes depend on. */
const GRID_ROWS = 2500
/** Batches that are drawn for one; fewer where they have no row that will do. */
const BATCHES_MOST = 4000
const BATCHES_IN_VAIN = 200

/**
 * `open` makes the sampler of learned targets; `shapes` are those of all. The caller releases it. AppError as `open`, and
 * `invalid_request` for conditions that no row can meet.
 */
export async function createDerivedSampler(
  open: (options: SamplerOptions) => Promise<Sampler>,
  { derived, shapes, drawsWithin }: Following,
  { conditions = {}, ...options }: SamplerOptions,
): Promise<Sampler> {
  const asked = askedOf(conditions, derived, shapes)
  const tests = columnTests(shapes, conditions).filter(({ column }) =>
    isTested(derived, shapes, column),
  )
  let inner = await open({ ...options, conditions: conditionsOf(asked) })
  let draw = createFilled(inner, { derived, shapes })
  const window = drawsWithin ? windowFor({ conditions, asked, tests }, { derived, shapes }) : null
  if (window !== null && (await shareMet(draw, tests)) < SHARE_LEAST) {
    await inner.release()
    inner = await open({ ...options, conditions: conditionsOf(asked), window })
    draw = createFilled(inner, { derived, shapes })
  }
  const tally = { drawn: 0, met: 0 }
  const untilMet = createDrawing(draw, shapes, { tests, tally })
  return {
    targets: shapes,
    tally: () => joined(inner.tally(), tally),
    release: () => inner.release(),
    sample: (range, more) => (tests.length === 0 ? draw(range, more) : untilMet(range, more)),
  }
}

export type Following = {
  derived: readonly DerivedTarget[]
  /** Of all targets. */
  shapes: readonly TargetShape[]
  /** Whether `open` heeds windows. */
  drawsWithin: boolean
}

/** Below, rows are drawn within the window, which takes several times as long as to draw them anyhow. */
const SHARE_LEAST = 0.2

/** Of rows that are drawn anyhow. */
async function shareMet(draw: Sampler['sample'], tests: readonly ColumnTest[]): Promise<number> {
  const drawn = await draw({ from: 0, to: GRID_ROWS }, {})
  const meets = meeting(tests, GRID_ROWS, (column) => drawn[column] as SampledColumn)
  return meets.reduce((sum, one) => sum + one, 0) / GRID_ROWS
}

/** Of ranges that are tested and leave no nulls; null where there are none. */
function windowFor(
  {
    conditions,
    asked,
    tests,
  }: { conditions: Conditions; asked: Asked; tests: readonly ColumnTest[] },
  { derived, shapes }: Omit<Following, 'drawsWithin'>,
): Window | null {
  const constraints = tests.flatMap(({ column: target }) => {
    const range = ofTarget(conditions.ranges, (shapes[target] as TargetShape).name)
    return range === undefined || range.nulls ? [] : [{ target, min: range.min, max: range.max }]
  })
  const window = windowOf(constraints, derived, { shapes, own: asked.ranges })
  for (const target of window?.targets ?? []) {
    const { name, ...shape } = shapes[target] as TargetShape
    if (shape.kind === 'numeric' && !asked.ranges.has(name))
      asked.ranges.set(name, { min: shape.min, max: shape.max })
  }
  return window
}

/** Rows of all targets. */
function createFilled(
  inner: Sampler,
  { derived, shapes }: Omit<Following, 'drawsWithin'>,
): Sampler['sample'] {
  const learned = shapes.length - derived.length
  return async (range, { spare = [], ...rest }) => {
    const rows = range.to - range.from
    const drawn = await inner.sample(range, { ...rest, spare: spare.slice(0, learned) })
    const columns = [
      ...drawn,
      ...roomFor(shapes, rows, [...drawn, ...spare.slice(learned)]).slice(learned),
    ]
    fillDerived(derived, shapes, columns)
    return columns
  }
}

/** Look-ups need no test: what is asked of them is asked of what they look up. */
function isTested(
  derived: readonly DerivedTarget[],
  shapes: readonly TargetShape[],
  column: number,
): boolean {
  const target = derived[column - (shapes.length - derived.length)]
  return target !== undefined && target.from.type !== 'lookup'
}

function conditionsOf({ levels, ranges, nulls }: Asked): NonNullable<SamplerOptions['conditions']> {
  return {
    ...(levels.size > 0 && {
      levels: Object.fromEntries(
        [...levels].map(([name, codes]) => [name, [...codes].sort((a, b) => a - b)]),
      ),
    }),
    ...(ranges.size > 0 && { ranges: Object.fromEntries(ranges) }),
    ...(nulls.size > 0 && { nulls: [...nulls] }),
  }
}

/** A share of a share. */
function joined(inner: Tally, { drawn, met }: Tally): Tally {
  if (drawn === 0 || inner.met === 0) return inner.drawn === 0 ? { drawn, met } : inner
  return { drawn: Math.round((drawn * inner.drawn) / inner.met), met }
}

/** Each batch of the grid takes those rows that meet the tests, in their order, of batches that are its own. */
function createDrawing(
  draw: Sampler['sample'],
  shapes: readonly TargetShape[],
  { tests, tally }: { tests: readonly ColumnTest[]; tally: Tally },
): Sampler['sample'] {
  const fill = async (
    { batch, wanted }: { batch: number; wanted: number },
    columns: SampledColumn[],
    signal: AbortSignal | undefined,
  ) => {
    let filled = 0
    for (let again = 0; filled < wanted; again++) {
      if (again === (filled === 0 ? BATCHES_IN_VAIN : BATCHES_MOST)) throw unmet(tally)
      const from = (batch * BATCHES_MOST + again) * GRID_ROWS
      const drawn = await draw({ from, to: from + GRID_ROWS }, signal ? { signal } : {})
      const meets = meeting(tests, GRID_ROWS, (column) => drawn[column] as SampledColumn)
      for (let row = 0; row < GRID_ROWS && filled < wanted; row++) {
        tally.drawn++
        if (meets[row] === 0) continue
        tally.met++
        for (const [at, column] of columns.entries())
          column[filled] = (drawn[at] as SampledColumn)[row] as number
        filled++
      }
    }
  }
  return async (range, { signal, spare }) => {
    const found = roomFor(shapes, range.to - range.from, spare)
    const batchColumns = roomFor(shapes, GRID_ROWS)
    for (const { batch, rows, into } of batchesOf(range, GRID_ROWS)) {
      signal?.throwIfAborted()
      await fill({ batch, wanted: rows.to }, batchColumns, signal)
      for (const [at, column] of batchColumns.entries())
        found[at]?.set(column.subarray(rows.from, rows.to), into)
    }
    return found
  }
}

function unmet({ drawn, met }: Tally): AppError {
  const share = ((100 * met) / drawn).toPrecision(2)
  return new AppError(
    'unmet_conditions',
    `${share} % of the rows that the model draws meet the conditions, which are too few to draw from`,
  )
}
