import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { replaceExtremes } from './extremes.ts'

const RARE = 6

function replaced(values: number[], { seed = 1, decimals = 0 } = {}): Float64Array {
  const random = createSeededRandom(seed, 'extremes')
  return replaceExtremes(Float64Array.from(values), { rare: RARE, decimals, random })
}

const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length

test('the greatest of a tail are as great as before, on average', () => {
  const random = createSeededRandom(7, 'tails')
  const laws: Record<string, () => number> = {
    normal: () => random.normal(),
    exponential: () => -Math.log(1 - random.unit()),
    lognormal: () => Math.exp(random.normal()),
    pareto: () => (1 - random.unit()) ** (-1 / 3),
  }
  for (const [name, draw] of Object.entries(laws)) {
    const ratios = Array.from({ length: 60 }, (_, seed) => {
      const values = Array.from({ length: 2000 }, () => Math.round(draw() * 10_000))
      return Math.log(Math.max(...replaced(values, { seed })) / Math.max(...values))
    })
    // All that is known of the greatest is that it is no less: on average something is lost.
    assert.ok(mean(ratios) <= 0 && mean(ratios) > -0.3, `${name}: ${mean(ratios)}`)
  }
})

test('few rows change, in order, within the range of the data and on its steps', () => {
  const numbers = fc.array(fc.integer({ min: -3000, max: 3000 }), { minLength: 60, maxLength: 200 })
  fc.assert(
    fc.property(numbers, fc.constantFrom(1, 5, 60), fc.nat(), (list, step, seed) => {
      const values = list.map((value) => value ** 3 * step + 2)
      const found = replaced(values, { seed })
      const changed = values.filter((value, at) => found[at] !== value)
      assert.ok(changed.length <= 2 * (RARE - 1))
      assert.ok(Math.min(...found) >= Math.min(...values))
      assert.ok(Math.max(...found) <= Math.max(...values))
      for (const value of found) assert.equal(Math.abs((value - 2) % step), 0)
      const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number))
      const sorted = order.map((at) => found[at] as number)
      assert.deepEqual(
        sorted,
        sorted.toSorted((a, b) => a - b),
      )
    }),
    { numRuns: 200 },
  )
})

test('nulls stay, decimals are kept, and what many rows reach is the end', () => {
  const values = Array.from({ length: 400 }, (_, i) =>
    i % 7 === 0 ? Number.NaN : i < 40 ? 99.9 : Math.round(i ** 1.1) / 10,
  )
  const found = replaced(values, { decimals: 1 })
  for (const [at, value] of found.entries()) {
    assert.equal(Number.isNaN(value), Number.isNaN(values[at]))
    if (!Number.isNaN(value)) assert.equal(value, Math.round(value * 10) / 10)
  }
  assert.equal(Math.max(...found.filter((value) => value > 0)), 99.9)
})

test('numbers of few values go on to have the last of them, drawn from how they fall off', () => {
  const rooms = [900, 2500, 3000, 900, 160, 60].flatMap((rows, at) =>
    Array.from({ length: rows }, () => 1 + at / 2),
  )
  for (const few of [1, 3, RARE - 1]) {
    const values = [...rooms, ...Array.from({ length: few }, () => 4)]
    const found = replaced(values, { decimals: 1, seed: few })
    assert.equal(found.filter((value) => value === 4).length, few)
  }
  const far = replaced([...rooms, 900, 901, 902], { decimals: 1 })
  assert.ok(Math.max(...far) < 60 && far.every((value) => Number.isInteger(2 * value)))
  const flags = [...new Array<number>(9000).fill(0), ...new Array<number>(RARE - 1).fill(1)]
  assert.equal(Math.max(...replaced(flags)), 0)
})
