// Quantiles as tables of polynomials. Probabilities are cut into cells, sixteen for each power of two, and each cell
// holds the Taylor series of the quantile about its centre. Quantiles of smooth laws have singularities at the
// probabilities 0 and 1 alone, 33 half widths away from a centre: eight powers give more than twelve digits. A cell
// is made when it is first drawn from, and is the same whenever that is.

import { exp } from '#engine/math/elementary.ts'

/** The highest power of a series. */
export const POWERS = 8

export type QuantileSeries = {
  /** Coefficients 0 to `POWERS` of the quantile in (w - centre) / centre. */
  readonly at: (centre: number) => ArrayLike<number>
  /** The series are of the logarithm: values spread over too many powers of ten. */
  readonly logarithmic: boolean
}

const STRIDE = POWERS + 2
const FIRST_SLOTS = 64
/** High word of a double down to four bits of its mantissa. */
const CELL_SHIFT = 16
/** Cells from the least normal number up to 1. */
const CELLS = 1023 << 4

const number = new Float64Array(1)
const words = new Uint32Array(number.buffer)
/** Where the high word of a double is: this differs by processor. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

function centreOf(cell: number): number {
  words[1 - HIGH] = 0
  words[HIGH] = (cell << CELL_SHIFT) | (1 << (CELL_SHIFT - 1))
  return number[0] as number
}

/** The quantile as a function of a probability from 1e-300 to 0.5. */
export function createQuantile({ at, logarithmic }: QuantileSeries): (w: number) => number {
  const slots = new Int16Array(CELLS)
  let table = new Float64Array(STRIDE * FIRST_SLOTS)
  // Slot 0 stands for a cell that has not been made.
  let used = STRIDE
  const make = (cell: number): number => {
    if (used === table.length) {
      const larger = new Float64Array(2 * used)
      larger.set(table)
      table = larger
    }
    const centre = centreOf(cell)
    table[used] = 1 / centre
    table.set(at(centre), used + 1)
    slots[cell] = used / STRIDE
    used += STRIDE
    return used - STRIDE
  }
  return (w) => {
    number[0] = w
    const cell = (words[HIGH] as number) >>> CELL_SHIFT
    const from = (slots[cell] as number) * STRIDE || make(cell)
    const t = w * (table[from] as number) - 1
    let sum = (table[from + 9] as number) * t + (table[from + 8] as number)
    sum = (sum * t + (table[from + 7] as number)) * t + (table[from + 6] as number)
    sum = (sum * t + (table[from + 5] as number)) * t + (table[from + 4] as number)
    sum = (sum * t + (table[from + 3] as number)) * t + (table[from + 2] as number)
    sum = sum * t + (table[from + 1] as number)
    return logarithmic ? exp(sum) : sum
  }
}
