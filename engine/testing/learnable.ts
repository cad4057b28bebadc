// A small table whose laws are known, for models to learn, and how far samples are from them.

import type { SampledColumn, Target } from '#engine/models/sampled.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'

/**
 * A colour (.6, .2, .2); a size of normal law around 1000 times its code, null where the code is 2; a price, exactly 5
 * for half of colour 1, else uniform in quarters; a flag that is the colour's first level.
 */
export function learnable(rows: number): Target[] {
  const random = createSeededRandom(1, 'learnable')
  const colours = new Int32Array(rows)
  const sizes = new Float64Array(rows)
  const prices = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const code = random.unit() < 0.6 ? 0 : random.unit() < 0.5 ? 1 : 2
    const size = Math.round(1000 * code + 100 * random.normal())
    colours[row] = code
    sizes[row] = code === 2 ? Number.NaN : Math.min(1300, Math.max(-300, size))
    prices[row] = code === 1 && random.unit() < 0.5 ? 5 : Math.round(80 * random.unit()) / 4
  }
  return [
    { kind: 'category', name: 'colour', codes: colours, levels: 3 },
    { kind: 'numeric', name: 'size', values: sizes, decimals: 0, min: -300, max: 1300 },
    { kind: 'numeric', name: 'price', values: prices, decimals: 2, min: 0, max: 20 },
    { kind: 'category', name: 'flag', codes: colours.map((code) => Number(code === 0)), levels: 2 },
  ]
}

/** Share of the values for which it holds. */
export function share(values: ArrayLike<number>, holds: (value: number, at: number) => boolean) {
  return Array.from(values).filter(holds).length / values.length
}

/** Of sampled rows: the share of colour 0, of rows whose size and flag fit their colour, of prices that are 5. */
export function found([colours, sizes, prices, flags]: readonly SampledColumn[]) {
  const [colour, size, price, flag] = [colours, sizes, prices, flags].map((column) =>
    Array.from(column ?? []),
  ) as [number[], number[], number[], number[]]
  const sizeFits = (code: number, at: number): boolean => {
    const value = size[at] as number
    return code === 2 ? Number.isNaN(value) : Math.abs(value - 1000 * code) <= 450
  }
  return {
    first: share(colour, (code) => code === 0),
    sizesFit: share(colour, sizeFits),
    flagsFit: share(colour, (code, at) => (flag[at] === 1) === (code === 0)),
    fives: share(price, (value) => value === 5),
  }
}
