import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGenerator } from '#engine/random/generator.ts'
import { streamKey } from '#engine/random/key.ts'
import { openUnitOf } from '#engine/random/uniform.ts'
import { createRows, setRange } from '#engine/rows.ts'
import { KOLMOGOROV_CRITICAL, kolmogorov } from '#engine/testing/goodness.ts'
import { drawOf } from './draw.ts'

const DRAWS = 1_000_000
/** The least alpha and beta that a rule takes. */
const BOUND = 0.02
/** Numbers next to 1 lie apart, and so do differences from it: nearer to an end than this it would show. */
const NEAREST = 1e-12
const BATCH = 4096
const TERMS = 60

function drawn(alpha: number, beta: number): Float64Array {
  const draw = drawOf({ type: 'beta', alpha, beta, min: null, max: null, decimals: 15 })
  const random = createGenerator(BATCH, 'plain')
  const stream = { key: streamKey(3, 'beta', `${alpha} ${beta}`), draw: 0 }
  const rows = createRows(BATCH)
  const values = new Float64Array(DRAWS)
  for (let from = 0; from < DRAWS; from += BATCH) {
    setRange(rows, from, Math.min(from + BATCH, DRAWS))
    const [high, low] = random.words(rows, stream, 0)
    for (let i = 0; i < rows.n; i++)
      values[from + i] = draw(openUnitOf(high[i] as number, low[i] as number))
  }
  return values
}

/** The incomplete beta function up to 1/2, but for a factor: the hypergeometric series, which halves its terms there. */
function series(a: number, b: number): (x: number) => number {
  const factors = [1 / a]
  let term = 1
  for (let k = 1; k < TERMS; k++) {
    term *= (k - b) / k
    factors.push(term / (a + k))
  }
  return (x) => x ** a * factors.reduceRight((sum, factor) => sum * x + factor, 0)
}

/** Of the values between the bounds, which are at most 1/2. */
function fits(values: Float64Array, law: (x: number) => number, from: number, to: number): void {
  const inside = values.filter((x) => x > from && x <= to)
  const [low, high] = [law(from), law(to)]
  const statistic = kolmogorov(inside, (x) => (law(x) - low) / (high - low))
  assert.ok(statistic < KOLMOGOROV_CRITICAL, `${statistic} of ${inside.length}`)
}

for (const [alpha, beta] of [
  [BOUND, BOUND],
  [BOUND, 3],
  [3, BOUND],
] as const) {
  test(`the beta law of ${alpha} and ${beta} is drawn as it is, near both ends`, () => {
    const values = drawn(alpha, beta)
    const [below, above] = [series(alpha, beta), series(beta, alpha)]
    fits(values, below, NEAREST, 0.5)
    fits(
      values.map((x) => 1 - x),
      above,
      NEAREST,
      0.5,
    )
    const share = below(0.5) / (below(0.5) + above(0.5))
    const found = values.reduce((sum, x) => sum + (x <= 0.5 ? 1 : 0), 0) / DRAWS
    assert.ok(Math.abs(found - share) < 3.3 * Math.sqrt((share * (1 - share)) / DRAWS))
  })
}
