// A column that another one fixes as a line does: degrees of another scale, another currency, the same once more.

import type { NumberColumn } from '#engine/table/table.ts'
import type { Operand, Search } from './formula-search.ts'
import { type Formula, holds } from './formulas.ts'

/** Of the spread, what a line may leave over before it is looked at more closely. */
const LEFT_MOST = 0.02
const LEFT_OF_FEW = 0.1
const DIGITS_MOST = 9

/** Rising lines alone. Slopes and offsets are the shortest numbers that do. */
export function findAffine(search: Search): Formula | null {
  for (const operand of search.operands) {
    if (isTime(operand) || isTime(search.target)) continue
    if (lineOf(search.sketch(operand), search.sketch(search.target), LEFT_OF_FEW) === null) continue
    const line = lineOf(operand.column, search.target.column, LEFT_MOST)
    const found = line === null ? null : shortest(line, operand.at, search)
    if (found !== null) return found
  }
  return null
}

const isTime = ({ column }: Operand): boolean =>
  column.field.type === 'date' || column.field.type === 'datetime'

type Line = { slope: number; means: [number, number] }

/** By least squares; null where nulls differ, it does not rise or leaves too much over. */
function lineOf(
  { values: a }: NumberColumn,
  { values: b }: NumberColumn,
  most: number,
): Line | null {
  let [count, meanA, meanB, aa, ab, bb] = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < a.length; row++) {
    const [x, y] = [a[row] as number, b[row] as number]
    if (Number.isNaN(x) !== Number.isNaN(y)) return null
    if (Number.isNaN(x)) continue
    count++
    const [offX, offY] = [x - meanA, y - meanB]
    meanA += offX / count
    meanB += offY / count
    aa += offX * (x - meanA)
    ab += offX * (y - meanB)
    bb += offY * (y - meanB)
  }
  if (!(ab > 0) || bb - ab ** 2 / aa > most ** 2 * bb) return null
  return { slope: ab / aa, means: [meanA, meanB] }
}

function shortest({ slope, means: [x, y] }: Line, first: number, search: Search): Formula | null {
  const { target, at } = search
  for (let digits = 1; digits <= DIGITS_MOST; digits++) {
    const unit = Number(slope.toPrecision(digits))
    for (const more of [0, 1, 3]) {
      const scale = 10 ** (target.column.field.decimals + more)
      const offset = Math.round((y - unit * x) * scale) / scale
      const formula: Formula = { form: 'linear', first, unit, offset }
      if (holds(formula, target.column, at)) return formula
    }
  }
  return null
}
