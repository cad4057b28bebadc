import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { calibrateShares } from './calibrate.ts'
import { createNetwork, networkParameters } from './network.ts'

const SHARES = [0.9, 0.07, 0.03]

test('the mean chance of a token comes to be its share, given the columns before', async () => {
  const random = createSeededRandom(3, 'rows')
  const rows = 3_100
  const tokens = new Int32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    const unit = random.unit()
    const first = unit < 0.9 ? 0 : unit < 0.97 ? 1 : 2
    tokens.set([first, first === 0 ? 1 : 0], 2 * row)
  }
  const network = createNetwork([3, 2])
  const uniform = createSeededRandom(4, 'parameters')
  const begun = new Map(
    networkParameters(network).map(({ name, shape }) => {
      const values = new Float32Array(shape.reduce((total, length) => total * length, 1))
      return [name, values.map(() => uniform.unit() - 0.5)]
    }),
  )
  const found = await calibrateShares(network, begun, { tokens, rows }, {})
  const chances = chancesOfFirst(network.layers[0]?.hidden ?? 0, found)
  for (const [token, share] of SHARES.entries())
    assert.ok(Math.abs((chances[token] ?? 0) - share) < 0.01, String(chances))
  const again = await calibrateShares(network, found, { tokens, rows }, {})
  for (const name of ['second 0.bias', 'second 1.bias'])
    for (const [at, bias] of (found.get(name) ?? []).entries())
      assert.ok(Math.abs((again.get(name)?.[at] ?? 0) - bias) < 0.05, name)
  assert.deepEqual(found.get('first.weight'), begun.get('first.weight'))
})

/** Nothing comes before the first column: its law is the same for all rows. */
function chancesOfFirst(hidden: number, values: ReadonlyMap<string, Float32Array>): number[] {
  const of = (name: string, at: number): number => values.get(name)?.[at] ?? 0
  const weights = SHARES.map((_, token) => {
    let logit = of('second 0.bias', token)
    for (let unit = 0; unit < hidden; unit++)
      logit +=
        Math.max(0, of('first.bias', unit)) * of('second 0.weight', unit * SHARES.length + token)
    return Math.exp(logit)
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
