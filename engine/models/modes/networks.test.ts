// What TVAE and CTGAN, networks over modes, promise alike.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { found, learnable, share } from '#engine/testing/learnable.ts'
import type { AlgorithmModule, Learned, SamplerOptions } from '../algorithm.ts'
import { ctgan } from '../ctgan/algorithm.ts'
import type { Checkpoint } from '../fit.ts'
import { type Sampler, shapeOf, type Target } from '../sampled.ts'
import { tvae } from '../tvae/algorithm.ts'
import { GRID_ROWS } from './batch.ts'

type Network = {
  name: string
  algorithm: AlgorithmModule
  options: Record<string, unknown> & { seed: number }
  /** Of rows drawn under conditions on colour and price, the share that may be kept. */
  accepted: [number, number]
}

const NETWORKS: Network[] = [
  {
    name: 'TVAE',
    algorithm: tvae,
    options: {
      ...{ seed: 3, embedding_dim: 16, compress_dims: [64], decompress_dims: [64] },
      ...{ batch_size: 200, epochs: 120, learning_rate: 0.003 },
    },
    accepted: [0.05, 0.35],
  },
  {
    name: 'CTGAN',
    algorithm: ctgan,
    options: {
      ...{ seed: 3, embedding_dim: 16, generator_dim: [64], discriminator_dim: [64] },
      ...{ generator_lr: 0.001, discriminator_lr: 0.001, averaging: 0.99 },
      ...{ batch_size: 200, epochs: 60 },
    },
    // Colours are met by construction.
    accepted: [0.3, 0.6],
  },
]

const signal = new AbortController().signal
const targets = learnable(4000)

for (const network of NETWORKS) test(network.name, (t) => keepsPromises(t, network))

async function keepsPromises(t: TestContext, { algorithm, options, accepted }: Network) {
  const learned = await algorithm.train(targets, options, { signal })

  async function using<T>(
    more: Partial<SamplerOptions>,
    use: (sampler: Sampler) => Promise<T>,
    of: { targets: readonly Target[]; learned: Learned } = { targets, learned },
  ): Promise<T> {
    const model = { ...of.learned, targets: of.targets.map(shapeOf) }
    const sampler = await algorithm.createSampler(model, { seed: 11, ...more })
    try {
      return await use(sampler)
    } finally {
      await sampler.release()
    }
  }

  await t.test('shares, nulls, exact values and dependences are learned', async () => {
    const rows = await using({}, (sampler) => sampler.sample({ from: 0, to: 20_000 }, {}))
    const { first, sizesFit, flagsFit, fives } = found(rows)
    assert.ok(Math.abs(first - 0.6) < 0.03, `colour 0 in ${first}`)
    assert.ok(sizesFit > 0.85, `sizes fit in ${sizesFit}`)
    assert.ok(flagsFit > 0.9, `flags fit in ${flagsFit}`)
    assert.ok(Math.abs(fives - 0.11) < 0.03, `price 5 in ${fives}`)
    for (const price of rows[2] ?? []) assert.equal(price, Math.round(price * 100) / 100)
  })

  await t.test(
    'row i is the same however ranges are cut, with conditions and without',
    async () => {
      const conditions = { levels: { colour: [1] } }
      for (const more of [{}, { conditions }])
        await using(more, async (sampler) => {
          const whole = await sampler.sample({ from: 0, to: 2 * GRID_ROWS }, {})
          for (const [from, to] of [
            [0, 1],
            [GRID_ROWS - 3, GRID_ROWS + 3],
            [17, 2 * GRID_ROWS],
          ] as const)
            assert.deepEqual(
              await sampler.sample({ from, to }, {}),
              whole.map((column) => column.slice(from, to)),
            )
          const half = GRID_ROWS / 2
          const ranges = [0, 1, 2, 3].map((part) => ({ from: part * half, to: part * half + half }))
          const together = await Promise.all(ranges.map((range) => sampler.sample(range, {})))
          for (const [part, columns] of together.entries())
            assert.deepEqual(
              columns,
              whole.map((column) => column.slice(part * half, part * half + half)),
            )
        })
    },
  )

  await t.test(
    'conditions on levels and ranges are met by every row, and the accepted share is told',
    async () => {
      const conditions = { levels: { colour: [1, 2] }, ranges: { price: { min: 4, max: 9 } } }
      await using({ conditions }, async (sampler) => {
        const [colours, , prices] = await sampler.sample({ from: 0, to: 3000 }, {})
        assert.equal(
          share(colours ?? [], (code) => code >= 1),
          1,
        )
        assert.equal(
          share(prices ?? [], (price) => price >= 4 && price <= 9),
          1,
        )
        const { drawn, met } = sampler.tally()
        const kept = met / drawn
        assert.ok(kept > accepted[0] && kept < accepted[1], `${kept} accepted`)
      })
    },
  )

  await t.test('conditions that no row or hardly any row meets are refused as such', async () => {
    const none = { ranges: { size: { min: 5000, max: 6000 } } }
    await assert.rejects(
      using({ conditions: none }, () => Promise.resolve()),
      { code: 'invalid_request' },
    )
    const rare = { levels: { flag: [1], colour: [2] }, ranges: { price: { min: 20, max: 20 } } }
    const drawn = using({ conditions: rare }, (sampler) => sampler.sample({ from: 0, to: 10 }, {}))
    await assert.rejects(drawn, { code: 'unmet_conditions', message: /% of the rows/ })
  })

  await t.test('a training that stops and goes on ends with the same parameters', async () => {
    const saved: Checkpoint[] = []
    const short = { ...options, epochs: 3 }
    const whole = await algorithm.train(targets, short, {
      signal,
      checkpointDue: () => true,
      onCheckpoint: (checkpoint) => Promise.resolve(void saved.push(structuredClone(checkpoint))),
    })
    const middle = saved.find(({ history }) => history.length === 1)
    assert.ok(middle)
    const resumed = await algorithm.train(targets, short, { signal, resume: middle })
    assert.deepEqual(resumed, whole)
  })

  await t.test('tables of any shape: one numeric column, categories alone, ten rows', async () => {
    const [colour, size, , flag] = targets as [Target, Target, Target, Target]
    const ten = learnable(10)
    for (const some of [[size], [colour, flag], ten]) {
      const own = {
        targets: some,
        learned: await algorithm.train(some, { ...options, epochs: 1 }, { signal }),
      }
      const rows = await using({}, (sampler) => sampler.sample({ from: 5, to: 15 }, {}), own)
      assert.deepEqual(
        rows.map(({ length }) => length),
        some.map(() => 10),
      )
    }
    await assert.rejects(algorithm.train([], options, { signal }), { code: 'invalid_request' })
  })
}
