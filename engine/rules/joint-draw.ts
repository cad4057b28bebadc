// Columns whose values together do not repeat: one permuted number for each row, of which each column takes a digit.

import { AppError } from '#engine/errors.ts'
import type { Stream } from '#engine/random/generator.ts'
import { createKeyedPermutedRows, createPermutedRows } from '#engine/random/permuted-rows.ts'
import { type Rows, rowCapacity } from '#engine/rows.ts'
import type { IndexDraw } from './index-draw.ts'
import type { ParentRows } from './parent-rows.ts'

export type JointDraw = {
  /** Fills `out` with the digit of one member: 0 .. count-1. */
  digit(member: number, out: Float64Array | Int32Array, rows: Rows): void
}

/**
 * `counts`: how many values each member has; their product stays within 2^53. With `lead` the rows of one
 * parent are told apart, and members repeat between parents; else no two rows of the table share all digits.
 */
export function createJointDraw(
  stream: Stream,
  counts: readonly number[],
  lead: ParentRows | null,
  batchRows: number,
): JointDraw {
  const size = counts.reduce((product, count) => product * count, 1)
  const capacity = rowCapacity(batchRows)
  const numbers = new Float64Array(capacity)
  const fill = lead
    ? ledNumbers(stream, size, lead, capacity)
    : createPermutedRows(size, stream, capacity)
  const strides = counts.map((_, k) => counts.slice(0, k).reduce((a, b) => a * b, 1))
  let loaded: Rows | null = null
  let stamp = -1
  return {
    digit(member, out, rows) {
      if (loaded !== rows || stamp !== rows.stamp) {
        fill(numbers, rows)
        loaded = rows
        stamp = rows.stamp
      }
      const [stride, count] = [strides[member] as number, counts[member] as number]
      for (let i = 0; i < rows.n; i++) {
        // A remainder of doubles is a call, and quotients below 2^53 have the right whole part.
        const rest = Math.floor((numbers[i] as number) / stride)
        out[i] = rest - Math.floor(rest / count) * count
      }
    },
  }
}

type Numbers = (numbers: Float64Array, rows: Rows) => void

/** Within a parent by the rank of the child, under a permutation of the parent's own. */
function ledNumbers(stream: Stream, size: number, lead: ParentRows, capacity: number): Numbers {
  const permute = createKeyedPermutedRows(size, stream, capacity)
  const [parents, ranks] = [new Float64Array(capacity), new Float64Array(capacity)]
  return (numbers, rows) => {
    lead(parents, rows, ranks)
    for (let i = 0; i < rows.n; i++) {
      const rank = ranks[i] as number
      if (rank >= size) throw tooMany(size)
      numbers[i] = rank
    }
    permute(numbers, parents, rows.n)
  }
}

function tooMany(size: number): AppError {
  return new AppError('invalid_config', `a parent has more children than ${size} different ones`)
}

/** The digit of one member as the draw of a rule that has `count` values. */
export function jointIndexDraw(joint: JointDraw, member: number): IndexDraw {
  return (out, rows) => joint.digit(member, out, rows)
}
