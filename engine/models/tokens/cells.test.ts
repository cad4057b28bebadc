import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Target } from '../sampled.ts'
import { allowedTokens } from './allowed-tokens.ts'
import { cellsOf } from './cells.ts'
import { createTokenDecoder } from './token-decoder.ts'
import { encodeTokens, fitTokens, tokenCount } from './tokens.ts'

const OPTIONS = { most: 16, leastRows: 8 }

const numbers = (values: number[], decimals = 0): Target & { kind: 'numeric' } => {
  const [min, max] = [Math.min(...values), Math.max(...values)]
  return { kind: 'numeric', name: 'n', values: Float64Array.from(values), decimals, min, max }
}

/** Each row's own token, decoded by a word of its own, `times` times over. */
function drawn(target: Target, times = 1, range?: { min: number; max: number }): number[] {
  const tokens = fitTokens(target, OPTIONS)
  const codes = encodeTokens(tokens, target)
  const random = createSeededRandom(4, 'words')
  const { decode } = createTokenDecoder(tokens, range)
  return Array.from({ length: times }).flatMap(() => {
    const into = new Float64Array(codes.length)
    decode(
      codes,
      Uint32Array.from(codes, () => random.word()),
      into,
    )
    return [...into]
  })
}

test('prices end as they did, whole minutes stay whole, heaps are as high as they were', () => {
  const random = createSeededRandom(1, 'prices')
  const draw = (make: () => number): number[] => Array.from({ length: 3000 }, make)
  for (const price of drawn(
    numbers(
      draw(() => Math.floor(400 * random.unit()) + 0.99),
      2,
    ),
  ))
    assert.equal(Math.round(price * 100) % 100, 99)
  for (const seconds of drawn(numbers(draw(() => 60 * Math.floor(90_000 * random.unit())))))
    assert.equal(seconds % 60, 0)
  const heaped = draw(() => {
    const value = Math.floor(40_000 * random.unit())
    return random.unit() < 0.4 ? 1000 * Math.round(value / 1000) : value
  })
  const share = (list: number[]) => list.filter((value) => value % 1000 === 0).length / list.length
  assert.ok(Math.abs(share(drawn(numbers(heaped))) - share(heaped)) < 0.03)
})

test('tails fall off within a bin as they do in the data', () => {
  const random = createSeededRandom(2, 'tail')
  const values = Array.from({ length: 20_000 }, () => Math.round((1 - random.unit()) ** -0.8))
  const wide = values.map((value) => Math.min(value, 5000))
  const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
  const found = drawn(numbers(wide), 3)
  assert.ok(Math.abs(mean(found) / mean(wide) - 1) < 0.05, `${mean(found)} of ${mean(wide)}`)
  assert.equal(Math.max(...wide) >= Math.max(...found), true)
})

test('cells hold enough rows, cover the bin and share all of it', () => {
  const list = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 8, maxLength: 300 })
  fc.assert(
    fc.property(list, fc.constantFrom(1, 5), (values, step) => {
      const sorted = Float64Array.from(values, (value) => value * step).sort()
      const cells = cellsOf(sorted, 0, OPTIONS.leastRows)
      const total = cells.reduce((sum, { share }) => sum + share, 0)
      assert.ok(Math.abs(total - 1) < 1e-9)
      assert.equal(Math.min(...cells.map(({ from }) => from)), sorted[0])
      assert.equal(Math.max(...cells.map(({ to }) => to)), sorted.at(-1))
      for (const { from, to, step: own } of cells) {
        const within = sorted.filter((value) => value >= from && value <= to)
        assert.ok(within.length >= OPTIONS.leastRows)
        assert.equal((to - from) % own, 0)
        assert.equal(own % step === 0 || from === to, true)
      }
    }),
  )
})

test('a range leaves of bins what lies in it, on the steps', () => {
  const values = Array.from({ length: 1000 }, (_, row) => 5 * (row % 500) + 2)
  const target = numbers(values)
  const tokens = fitTokens(target, OPTIONS)
  const range = { min: 40, max: 61 }
  const allowed = allowedTokens([tokens], { ranges: { n: range } }).get(0)
  assert.ok(allowed && allowed.tokens.length < tokenCount(tokens))
  const { decode } = createTokenDecoder(tokens, range)
  const codes = Int32Array.from(
    { length: 600 },
    (_, row) => allowed.tokens[row % allowed.tokens.length] as number,
  )
  const into = new Float64Array(600)
  const random = createSeededRandom(5, 'words')
  decode(
    codes,
    Uint32Array.from(codes, () => random.word()),
    into,
  )
  assert.deepEqual(
    [...new Set(into)].toSorted((a, b) => a - b),
    [42, 47, 52, 57],
  )
})
