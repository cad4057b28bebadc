// What models see of a table and what they give back: numbers with nulls, and codes of levels. Everything else about
// a column (names of levels, dates, ids, text) is the preparation's (engine/models/prepare.ts).

/** NaN is null. Values are whole multiples of 10^-decimals. */
export type NumericTarget = {
  kind: 'numeric'
  name: string
  values: Float64Array
  decimals: number
  /** What sampled values stay within, both inclusive. */
  min: number
  max: number
}

/** Codes 0 .. levels - 1; null, where there is one, is a level like the others. */
export type CategoryTarget = { kind: 'category'; name: string; codes: Int32Array; levels: number }

/** A column as models see it. */
export type Target = NumericTarget | CategoryTarget

export type NumericShape = Omit<NumericTarget, 'values'>
export type CategoryShape = Omit<CategoryTarget, 'codes'>

/** A target without its values: what a fitted model keeps. */
export type TargetShape = NumericShape | CategoryShape

/** Sampled values in the order of the targets: numbers (NaN null) or codes. */
export type SampledColumn = Float64Array | Int32Array

/** What is asked of some targets: sampled rows meet all of them, each by construction or by drawing again. */
export type Conditions = {
  /** One level, or some of them, by target; as often relative to each other as the model has them. */
  levels?: Readonly<Record<string, readonly number[]>>
  /** Both inclusive, by target. Nulls meet a range with `nulls` alone. */
  ranges?: Readonly<Record<string, { min: number; max: number; nulls?: true }>>
  /** Numeric targets that are null; none of them has a range too. */
  nulls?: readonly string[]
}

/** What is asked of a target by its name, which may be one that every object knows: `constructor`. */
export function ofTarget<T>(
  asked: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return asked !== undefined && Object.hasOwn(asked, name) ? asked[name] : undefined
}

/**
 * Targets that have to fit together, as a time and what follows it: drawn one after the other, each within what is left
 * by those before it.
 */
export type Window = {
  /** By number, in the order of drawing. */
  targets: readonly number[]
  /** Of the `step`-th one, both inclusive: numbers, or codes; given the values (or codes) of those before. None: nothing is left. */
  left(step: number, before: ArrayLike<number>): { min: number; max: number }
}

export type SampleOptions = { signal?: AbortSignal; spare?: readonly SampledColumn[] }

/** Rows that were drawn to be tested by conditions, and those that met them; none where they are met by construction. */
export type Tally = { drawn: number; met: number }

export const NO_TALLY: Tally = { drawn: 0, met: 0 }

/** Samples of a fitted model: row i depends on (model, seed, conditions, i) alone. The caller releases it. */
export type Sampler = {
  targets: readonly TargetShape[]
  /**
   * Rows from (included) to (excluded), in memory of `spare` (columns sampled before, that nobody reads any more) where
   * that is long enough. Rejects with AppError `unmet_conditions` when too few rows meet them.
   */
  sample(range: { from: number; to: number }, options: SampleOptions): Promise<SampledColumn[]>
  /** So far. */
  tally(): Tally
  release(): Promise<void>
}

/** Room for so many rows of each target, whatever is in it. */
export function roomFor(
  targets: readonly TargetShape[],
  rows: number,
  spare: readonly SampledColumn[] = [],
): SampledColumn[] {
  return targets.map(({ kind }, at): SampledColumn => {
    const known = spare[at]
    if (known !== undefined && known.length >= rows) return known.subarray(0, rows)
    return kind === 'numeric' ? new Float64Array(rows) : new Int32Array(rows)
  })
}

export function shapeOf(target: Target): TargetShape {
  if (target.kind === 'category')
    return { kind: 'category', name: target.name, levels: target.levels }
  const { name, decimals, min, max } = target
  return { kind: 'numeric', name, decimals, min, max }
}

/** Rows of a table by its targets; 0 where there are none. */
export function rowsOf([first]: readonly Target[]): number {
  if (first === undefined) return 0
  return first.kind === 'numeric' ? first.values.length : first.codes.length
}
