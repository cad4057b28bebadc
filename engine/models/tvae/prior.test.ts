import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { share } from '#engine/testing/learnable.ts'
import type { Target } from '../sampled.ts'
import { tvae } from './algorithm.ts'
import { centresOf, findClusters } from './clusters.ts'

test('groups are those that lie apart, few outsiders make none of their own', () => {
  const random = createSeededRandom(1, 'blobs')
  const centres = [
    [0, 0],
    [10, 0],
    [0, 10],
  ] as const
  const rows = Array.from({ length: 303 }, (_, row) => {
    const [x, y] = row < 300 ? (centres[row % 3] as readonly [number, number]) : [40, 40]
    return [x + random.normal(), y + random.normal()]
  })
  const vectors = Float32Array.from(rows.flat())
  const found = findClusters(vectors, 2, { most: 4, least: 10 }, createSeededRandom(2, 'groups'))
  assert.equal(
    found.counts.reduce((sum, count) => sum + count, 0),
    303,
  )
  assert.ok(found.counts.every((count) => count >= 10))
  const means = centresOf(vectors, 2, found)
  for (const [x, y] of centres) {
    const near = found.counts.some((_, group) => {
      return Math.hypot((means[2 * group] as number) - x, (means[2 * group + 1] as number) - y) < 2
    })
    assert.ok(near, `no group at ${x}, ${y}`)
  }
})

test('rows are drawn from where the data are, not from between', async () => {
  const random = createSeededRandom(3, 'codes')
  const [rows, count] = [2000, 40]
  const codes = Int32Array.from({ length: rows }, () => random.below(count))
  const level = (name: string, of: (code: number) => number): Target => {
    return { kind: 'category', name, codes: codes.map(of), levels: count }
  }
  const targets = [level('a', (code) => code), level('b', (code) => (7 * code) % count)]
  const learned = await tvae.train(
    [...targets, level('c', (code) => (11 * code + 3) % count)],
    { epochs: 25, seed: 1 },
    { signal: new AbortController().signal },
  )
  const shapes = ['a', 'b', 'c'].map((name) => ({ kind: 'category', name, levels: count }) as const)
  const sampler = await tvae.createSampler({ ...learned, targets: shapes }, { seed: 2 })
  const [a, b, c] = await sampler.sample({ from: 0, to: 5000 }, {})
  await sampler.release()
  assert.ok(a && b && c)
  const agree = share(
    a,
    (code, row) => b[row] === (7 * code) % count && c[row] === (11 * code + 3) % count,
  )
  assert.ok(agree > 0.4, `${agree} of the rows agree`)
})
