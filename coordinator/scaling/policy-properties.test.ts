// What holds of the policy whatever load, providers, clocks and schedulers do.

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { simulate, type World } from '#test/support/scaling-world.ts'

const GOOD = { startMs: 8_000 }
const REGIONS = { west: GOOD, east: GOOD, central: GOOD }
const MINUTE = 60_000

const anyRegion = fc.record({
  startMs: fc.constantFrom(0, 3_000, 20_000, 70_000, Number.POSITIVE_INFINITY),
  dead: fc.boolean(),
  crashing: fc.boolean(),
  sticky: fc.boolean(),
})

const anyWorld: fc.Arbitrary<World> = fc
  .record({
    loads: fc.array(fc.constantFrom(0, 0.5, 2, 5, 9, 30), { minLength: 1, maxLength: 12 }),
    west: anyRegion,
    east: anyRegion,
    begin: fc.integer({ min: 0, max: 12 }),
    min: fc.integer({ min: 0, max: 4 }),
    skews: fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 5 }),
    deaths: fc.integer({ min: 2, max: 50 }),
    stuck: fc.integer({ min: 2, max: 9 }),
    nameless: fc.boolean(),
  })
  .map(({ loads, west, east, begin, min, skews, deaths, stuck, nameless }) => ({
    load: (ms) => loads[Math.floor(ms / 90_000)] ?? loads.at(-1) ?? 0,
    regions: { west, east, central: GOOD },
    ...{ begin, min, max: 12, nameless, policy: { drainMs: 40_000 } },
    clock: (ms) => ms + (skews[Math.floor(ms / 50_000) % skews.length] ?? 0),
    dies: (ms) => (ms / 2_000) % deaths === 1,
    answers: (ms) => ms % 70_000 < 60_000,
    stuck: (no) => no % stuck === 1,
    trains: (no) => no % stuck === 0,
    durationMs: 40 * MINUTE,
  }))

test('whatever happens: no limit is passed, no step is over three, nothing is lost, no turn within the pause', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const { events, sizes, harmed } = simulate(world)
      for (const { total } of sizes) assert.ok(total <= 12, `${total} workers`)
      for (const { action, count } of events)
        if (action === 'add' || action === 'remove') assert.ok(count >= 1 && count <= 3, `${count}`)
      assert.equal(harmed, 0)
      const steps = events.filter(({ action }) => action === 'add' || action === 'remove')
      for (const [i, step] of steps.entries()) {
        const next = steps[i + 1]
        if (next && next.action !== step.action)
          assert.ok(
            next.ms - step.ms >= 28_000,
            `${step.action} ${step.ms}, ${next.action} ${next.ms}`,
          )
      }
    }),
    { numRuns: 100 },
  )
})

test('under a load that stays the same the fleet comes to rest', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 14, noNaN: true }),
      fc.integer({ min: 0, max: 15 }),
      fc.integer({ min: 1, max: 5 }),
      (rate, begin, min) => {
        const { events, sizes } = simulate({
          ...{ load: () => rate, regions: REGIONS, begin, min, durationMs: 60 * MINUTE },
        })
        const late = events.filter(({ ms, action }) => ms > 30 * MINUTE && action !== 'hold')
        assert.deepEqual(
          late,
          [],
          `at ${rate}/s from ${begin}: ${JSON.stringify(late.slice(0, 3))}`,
        )
        const size = sizes.at(-1)?.active ?? 0
        assert.ok(size >= min && size >= Math.min(15, rate), `${size} workers for ${rate}/s`)
      },
    ),
    { numRuns: 100 },
  )
})
