// How strongly every two columns hang together, in both tables: what correlation heat maps show.

import { type Coded, codeColumns } from './bins.ts'
import { correlationRatio, createCorrelations, ranks } from './correlation.ts'
import { cramersV, createJointCounter } from './joint-counts.ts'
import type { Measured, MeasuredColumn } from './measured.ts'
import type { Pause } from './pause.ts'

/**
 * Square, in the order of `columns`, symmetric, 1 on the diagonal: Pearson's correlation of two numbers, Cramer's V of
 * two categories, the correlation ratio of one of each; null where undefined. `distance` is the mean difference.
 */
export type Associations = {
  columns: string[]
  real: Matrix
  synthetic: Matrix
  distance: number | null
  /** Of the columns that are numbers: Spearman's rank correlation. */
  ranks: {
    columns: string[]
    real: (number | null)[][]
    synthetic: (number | null)[][]
    distance: number | null
  }
}

type Matrix = (number | null)[][]

/** Pauses after each column of a matrix. */
export async function compareAssociations(
  real: Measured,
  synthetic: Measured,
  pause: Pause,
): Promise<Associations> {
  const sides = [real, synthetic] as const
  const [a, b] = [await associationsOf(real, pause), await associationsOf(synthetic, pause)]
  const numbers = sides.map(({ columns }) => columns.filter(({ kind }) => kind === 'number'))
  const x = await rankMatrix(numbers[0] ?? [], pause)
  const y = await rankMatrix(numbers[1] ?? [], pause)
  const names = (columns: readonly MeasuredColumn[]) => columns.map(({ field }) => field.name)
  return {
    columns: names(sides[0].columns),
    real: a,
    synthetic: b,
    distance: meanDistance(a, b),
    ranks: {
      columns: names(numbers[0] ?? []),
      real: x,
      synthetic: y,
      distance: meanDistance(x, y),
    },
  }
}

async function associationsOf({ rows, columns }: Measured, pause: Pause): Promise<Matrix> {
  const coded = codeColumns({ rows, columns })
  const count = createJointCounter()
  const correlate = createCorrelations(
    columns.map((column) => (column.kind === 'number' ? column.values : null)),
  )
  const nothing: [Coded, Coded] = [
    { codes: new Int32Array(0), size: 0 },
    { codes: new Int32Array(0), size: 0 },
  ]
  const associate = (first: number, second: number): number | null => {
    const [a, b] = [columns[first] as MeasuredColumn, columns[second] as MeasuredColumn]
    if (a.kind === 'number' && b.kind === 'number') return correlate(first, second)
    if (a.kind === 'category' && b.kind === 'category') {
      const joint = count([coded[first] as Coded, coded[second] as Coded], nothing)
      return cramersV(joint, joint.real)
    }
    const [levels, numbers] = a.kind === 'category' ? [a, b] : [b, a]
    if (levels.kind !== 'category' || numbers.kind !== 'number') return null
    return correlationRatio(levels.codes, levels.levels.length, numbers.values)
  }
  return await symmetric(columns.length, associate, pause)
}

/** Ranks are those in the whole column, also where the other one is null. */
async function rankMatrix(columns: readonly MeasuredColumn[], pause: Pause): Promise<Matrix> {
  const ranked = columns.map((column) => (column.kind === 'number' ? ranks(column.values) : null))
  return await symmetric(columns.length, createCorrelations(ranked), pause)
}

async function symmetric(
  size: number,
  of: (first: number, second: number) => number | null,
  pause: Pause,
): Promise<Matrix> {
  const matrix = Array.from({ length: size }, () => new Array<number | null>(size).fill(1))
  for (let first = 0; first < size; first++) {
    for (let second = first + 1; second < size; second++) {
      const value = of(first, second)
      ;(matrix[first] as (number | null)[])[second] = value
      ;(matrix[second] as (number | null)[])[first] = value
    }
    await pause()
  }
  return matrix
}

function meanDistance(a: Matrix, b: Matrix): number | null {
  let [sum, count] = [0, 0]
  for (let first = 0; first < a.length; first++)
    for (let second = first + 1; second < a.length; second++) {
      const [x, y] = [a[first]?.[second], b[first]?.[second]]
      if (typeof x !== 'number' || typeof y !== 'number') continue
      sum += Math.abs(x - y)
      count++
    }
  return count === 0 ? null : sum / count
}
