// How strongly every two columns hang together, in both tables: what correlation heat maps show.

import { type Coded, codeColumns } from './bins.ts'
import { correlationRatio, createCorrelations, ranks } from './correlation.ts'
import { cramersV, createJointCounter } from './joint-counts.ts'
import type { Measured, MeasuredColumn } from './measured.ts'

/**
 * Square, in the order of `columns`, symmetric, 1 on the diagonal: Pearson's correlation of two numbers, Cramer's V of
 * two categories, the correlation ratio of one of each; null where undefined. `distance` is the mean difference.
 */
export type Associations = {
  columns: string[]
  real: (number | null)[][]
  synthetic: (number | null)[][]
  distance: number | null
  /** Of the columns that are numbers: Spearman's rank correlation. */
  ranks: {
    columns: string[]
    real: (number | null)[][]
    synthetic: (number | null)[][]
    distance: number | null
  }
}

/** The first `columnsMax` columns of tables with more. */
export function compareAssociations(
  real: Measured,
  synthetic: Measured,
  columnsMax: number,
): Associations {
  const cut = ({ rows, columns }: Measured) => ({ rows, columns: columns.slice(0, columnsMax) })
  const sides = [cut(real), cut(synthetic)] as const
  const [a, b] = sides.map(associationsOf) as [(number | null)[][], (number | null)[][]]
  const numbers = sides.map(({ columns }) => columns.filter(({ kind }) => kind === 'number'))
  const [x, y] = numbers.map(rankMatrix) as [(number | null)[][], (number | null)[][]]
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

function associationsOf({ rows, columns }: Measured): (number | null)[][] {
  const coded = codeColumns({ rows, columns })
  const count = createJointCounter()
  const correlate = createCorrelations(
    columns.map((column) => (column.kind === 'number' ? column.values : null)),
  )
  const nothing: [Coded, Coded] = [
    { codes: new Int32Array(0), size: 0 },
    { codes: new Int32Array(0), size: 0 },
  ]
  return symmetric(columns.length, (first, second) => {
    const [a, b] = [columns[first] as MeasuredColumn, columns[second] as MeasuredColumn]
    if (a.kind === 'number' && b.kind === 'number') return correlate(first, second)
    if (a.kind === 'category' && b.kind === 'category') {
      const joint = count([coded[first] as Coded, coded[second] as Coded], nothing)
      return cramersV(joint, joint.real)
    }
    const [levels, numbers] = a.kind === 'category' ? [a, b] : [b, a]
    if (levels.kind !== 'category' || numbers.kind !== 'number') return null
    return correlationRatio(levels.codes, levels.levels.length, numbers.values)
  })
}

/** Ranks are those in the whole column, also where the other one is null. */
function rankMatrix(columns: readonly MeasuredColumn[]): (number | null)[][] {
  const ranked = columns.map((column) => (column.kind === 'number' ? ranks(column.values) : null))
  return symmetric(columns.length, createCorrelations(ranked))
}

function symmetric(
  size: number,
  of: (first: number, second: number) => number | null,
): (number | null)[][] {
  const matrix = Array.from({ length: size }, () => new Array<number | null>(size).fill(1))
  for (let first = 0; first < size; first++)
    for (let second = first + 1; second < size; second++) {
      const value = of(first, second)
      ;(matrix[first] as (number | null)[])[second] = value
      ;(matrix[second] as (number | null)[])[first] = value
    }
  return matrix
}

function meanDistance(a: (number | null)[][], b: (number | null)[][]): number | null {
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
