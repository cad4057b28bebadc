import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digamma } from '#engine/math/digamma.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { NumericTarget, Target } from '../sampled.ts'
import { calibrate } from './calibrate.ts'
import { createDecoder, inTable, straightCurves } from './decode.ts'
import { type EncodedTable, encodeRows } from './encode.ts'
import { fitAllModes, layoutOf } from './layout.ts'
import { fitMixture } from './mixture.ts'
import { codeCount, fitModes, type NumericModes } from './modes.ts'
import { countValues, mergeValues } from './weighted-values.ts'

const numeric = (values: number[], decimals = 0): NumericTarget => {
  const known = values.filter((value) => !Number.isNaN(value))
  const [min, max] = [Math.min(...known), Math.max(...known)]
  return { kind: 'numeric', name: 'x', values: Float64Array.from(values), decimals, min, max }
}

const all = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row)

function roundTrip(target: Target): ArrayLike<number> {
  const modes = fitModes(target)
  const layout = layoutOf([modes])
  const rows = target.kind === 'numeric' ? target.values.length : target.codes.length
  const { codes, places } = encodeRows([target], all(rows), { modes: [modes], layout, seed: 1 })
  const at = inTable(0, layout)
  return createDecoder(
    modes,
    straightCurves(modes),
    at,
  )({ codes, places, unit: () => 0.5 }, all(rows))
}

test('the digamma function at known points', () => {
  const euler = 0.577_215_664_901_532_9
  for (const [x, expected] of [
    [1, -euler],
    [0.5, -euler - 2 * Math.LN2],
    [10, 2.251_752_589_066_721],
  ] as const)
    assert.ok(Math.abs(digamma(x) - expected) < 1e-9)
})

test('a mixture finds the components that values were drawn from, and gives up the others', () => {
  const random = createSeededRandom(3, 'mixture')
  const laws = [
    { mean: -50, std: 2, weight: 0.5 },
    { mean: 0, std: 10, weight: 0.3 },
    { mean: 100, std: 1, weight: 0.2 },
  ]
  const values = Float64Array.from({ length: 20_000 }, () => {
    const unit = random.unit()
    const law = laws[unit < 0.5 ? 0 : unit < 0.8 ? 1 : 2] as (typeof laws)[number]
    return law.mean + law.std * random.normal()
  }).sort()
  const components = fitMixture(mergeValues(countValues(values), 2048))
  for (const { mean, std, weight } of laws) {
    const near = components.filter((component) => Math.abs(component.mean - mean) < 3 * std + 5)
    const mass = near.reduce((sum, component) => sum + component.weight, 0)
    assert.ok(Math.abs(mass - weight) < 0.03, `${mass} of ${weight} around ${mean}`)
  }
  assert.ok(components.length < 10, `${components.length} components`)
})

test('values that hold a share of the rows are atoms; few values are atoms altogether; null is a mode', () => {
  const random = createSeededRandom(4, 'atoms')
  const zeros = Array.from({ length: 5000 }, () =>
    random.unit() < 0.9 ? 0 : Math.round(1000 + 300 * random.normal()),
  )
  const inflated = fitModes(numeric([...zeros, Number.NaN])) as NumericModes
  assert.deepEqual(inflated.atoms, [0])
  assert.ok(inflated.stretches.length > 0 && inflated.hasNull)
  const few = fitModes(numeric(Array.from({ length: 500 }, () => random.below(7)))) as NumericModes
  assert.deepEqual(few.atoms, [0, 1, 2, 3, 4, 5, 6])
  assert.deepEqual(few.stretches, [])
})

test('what is encoded decodes to itself: categories, atoms and nulls exactly, other numbers to their last digit', () => {
  const value = fc.oneof(fc.constantFrom(Number.NaN, 0, 7.25), fc.integer({ min: -1e9, max: 1e9 }))
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 2, maxLength: 300 }),
      fc.nat(3),
      (values, decimals) => {
        const rounded = values.map((one) => Math.round(one * 10 ** decimals) / 10 ** decimals)
        if (rounded.every((one) => Number.isNaN(one))) return
        const target = numeric(rounded, decimals)
        const decoded = roundTrip(target)
        const range = target.max - target.min
        // Curves of a scale for tails are drawn by straight pieces.
        const part = 'scale' in fitModes(target) ? 1e-3 : 1e-6
        for (const [row, one] of rounded.entries()) {
          if (Number.isNaN(one)) assert.ok(Number.isNaN(decoded[row]))
          else {
            assert.ok(Math.abs((decoded[row] as number) - one) <= range * part + 10 ** -decimals)
            assert.ok(
              (decoded[row] as number) >= target.min && (decoded[row] as number) <= target.max,
            )
          }
        }
      },
    ),
    { numRuns: 200 },
  )
  const codes = Int32Array.from({ length: 900 }, (_, row) => (row * row) % 31)
  assert.deepEqual(roundTrip({ kind: 'category', name: 'c', codes, levels: 31 }), codes)
})

test('a thousand levels share codes, and are drawn back by how often they are', () => {
  const random = createSeededRandom(5, 'levels')
  const codes = Int32Array.from({ length: 20_000 }, () => Math.floor(1000 * random.unit() ** 3))
  const [modes] = fitAllModes([{ kind: 'category', name: 'c', codes, levels: 1000 }])
  assert.ok(modes?.kind === 'category')
  assert.equal(codeCount(modes), 255)
  const layout = layoutOf([modes])
  const target: Target = { kind: 'category', name: 'c', codes, levels: 1000 }
  const encoded = encodeRows([target], all(codes.length), { modes: [modes], layout, seed: 1 })
  const at = inTable(0, layout)
  const decoded = createDecoder(
    modes,
    [],
    at,
  )({ ...encoded, unit: () => random.unit() }, all(codes.length))
  const above = (list: ArrayLike<number>) => Array.from(list).filter((level) => level > 700).length
  assert.ok(Math.abs(above(decoded) / above(codes) - 1) < 0.1)
  assert.equal(new Set(decoded).size > 800, true)
})

test('columns that fit no memory are refused before anything is fitted, and it is said what to do', () => {
  const codes = new Int32Array(10)
  const wide = Array.from({ length: 400 }, (_, at): Target => {
    return { kind: 'category', name: `c${at}`, codes, levels: 5000 }
  })
  assert.throws(() => fitAllModes(wide), { code: 'invalid_request', message: /leave columns out/ })
  assert.ok(layoutOf(fitAllModes(wide.slice(0, 20))).width <= 3000)
  const fifty = numeric(Array.from({ length: 600 }, (_, row) => row % 50))
  assert.ok(layoutOf(fitAllModes(Array.from({ length: 120 }, () => fifty))).width <= 3000)
})

test('calibration brings shares and spread of what is drawn to those of the data', async () => {
  const random = createSeededRandom(6, 'calibration')
  const values = Array.from({ length: 6000 }, () =>
    random.unit() < 0.3 ? 0 : Math.round(500 + 100 * random.normal()),
  )
  const target = numeric(values)
  const modes = [fitModes(target)] as [NumericModes]
  const layout = layoutOf(modes)
  const train = encodeRows([target], all(values.length), { modes, layout, seed: 1 })
  /** Draws codes by their corrected shares from a law that is uniform, and places near the middle. */
  const draw = (corrections: Float32Array): Promise<EncodedTable> => {
    const weights = Array.from(corrections, Math.exp)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const noise = createSeededRandom(7, 'draw')
    const rows = 6000
    const codes = Uint8Array.from({ length: rows }, () => {
      let rest = noise.unit() * total
      let at = 0
      while (at < weights.length - 1 && rest >= (weights[at] as number))
        rest -= weights[at++] as number
      return at
    })
    return Promise.resolve({
      rows,
      codes,
      places: Float32Array.from(codes, () => 0.1 * noise.normal()),
    })
  }
  const { corrections, curves } = await calibrate({ modes, layout, train }, draw)
  const { codes, places } = await draw(corrections)
  const at = inTable(0, layout)
  const decode = createDecoder(modes[0], curves[0] ?? [], at)
  const drawn = Float64Array.from(decode({ codes, places, unit: () => 0 }, all(6000))).sort()
  const real = Float64Array.from(values).sort()
  const apart = drawn.map((value, row) => Math.abs(value - (real[row] as number)))
  const mean = apart.reduce((sum, one) => sum + one, 0) / apart.length
  assert.ok(mean < 15, `quantiles are ${mean} apart`)
})

test('tails that reach further than normal components do are kept, out to the greatest', () => {
  const random = createSeededRandom(8, 'tails')
  const values = Array.from({ length: 4000 }, () =>
    Math.round(100 * Math.exp(2.5 * random.normal())),
  )
  const target = numeric(values, 2)
  const modes = fitModes(target) as NumericModes
  assert.ok(modes.scale, 'on a scale for tails')
  const back = roundTrip(target)
  for (const [row, value] of values.entries())
    assert.ok(Math.abs((back[row] as number) - value) <= 0.02 * value + 1, `${value} ${back[row]}`)
})

test('a number of few values keeps its rare ones', () => {
  const random = createSeededRandom(9, 'counts')
  const counts = Array.from({ length: 5000 }, (_, row) =>
    row < 30 ? 20 + 3 * row : Math.floor(-2 * Math.log(1 - random.unit())),
  )
  const modes = fitModes(numeric(counts)) as NumericModes
  assert.ok(modes.atoms.includes(0) && modes.atoms.length > 5 && modes.stretches.length > 0)
  const back = roundTrip(numeric(counts))
  assert.equal(Math.max(...Array.from(back)), Math.max(...counts))
})

test('numbers on steps stay on them, and a stretch ends where its values do', () => {
  const random = createSeededRandom(10, 'prices')
  const prices = Array.from({ length: 3000 }, () =>
    Math.round(100 * Math.floor(300 * random.unit()) + 99),
  ).map((cents) => cents / 100)
  for (const price of Array.from(roundTrip(numeric(prices, 2))))
    assert.equal(Math.round(price * 100) % 100, 99)
  const modes = Array.from({ length: 3000 }, (_, row) =>
    Math.round(row % 3 === 0 ? 10_000 + 50 * random.normal() : 500_000 + 3000 * random.normal()),
  )
  const { stretches } = fitModes(numeric(modes)) as NumericModes
  assert.ok(Math.min(...stretches.map(({ low, high }) => high - low)) < 600)
})
