// The policy over simulated load and failure: a table of outcomes.

import assert from 'node:assert/strict'
import test from 'node:test'
import { type Outcome, simulate, type World } from '#test/support/scaling-world.ts'

const GOOD = { startMs: 8_000 }
const REGIONS = { west: GOOD, east: GOOD, central: GOOD }
const MINUTE = 60_000

const burst =
  (fromMs: number, toMs: number, rate: number) =>
  (ms: number): number =>
    ms >= fromMs && ms < toMs ? rate : 0.3

const count = (outcome: Outcome, action: string): number =>
  outcome.events.filter((event) => event.action === action).length
const lastSize = ({ sizes }: Outcome): number => sizes.at(-1)?.total ?? 0
const largest = ({ sizes }: Outcome): number => Math.max(...sizes.map(({ total }) => total))
const firstOf = ({ events }: Outcome, action: string) => events.find((one) => one.action === action)

type Row = { name: string; world: World; expect: (outcome: Outcome) => void }

const base: World = { load: () => 0.3, regions: REGIONS, begin: 3, durationMs: 15 * MINUTE }

const TABLE: Row[] = [
  {
    name: 'a quiet fleet stays as it is, and says nothing',
    world: base,
    expect: (outcome) => assert.deepEqual(outcome.events, []),
  },
  {
    name: 'a burst is answered within ten seconds, and all is as before when it is over',
    world: { ...base, load: burst(MINUTE, 6 * MINUTE, 8), durationMs: 30 * MINUTE },
    expect: (outcome) => {
      const add = firstOf(outcome, 'add')
      assert.ok(add && add.ms - MINUTE <= 10_000, `noticed after ${(add?.ms ?? 0) - MINUTE} ms`)
      assert.match(add.reason, /leases wait|CPU/)
      assert.ok(largest(outcome) >= 9 && largest(outcome) <= 15)
      assert.equal(lastSize(outcome), 3)
      assert.equal(count(outcome, 'short'), 0)
    },
  },
  {
    name: 'load beyond all limits stops at the limit, which is said once',
    world: { ...base, load: () => 50 },
    expect: (outcome) => {
      assert.equal(largest(outcome), 15)
      const holds = outcome.events.filter(({ reason }) => reason.includes('the limit'))
      assert.equal(holds.length, 1)
    },
  },
  {
    name: 'load that comes and goes every few seconds moves nothing down',
    world: { ...base, begin: 6, load: (ms) => (ms % 20_000 < 10_000 ? 4.5 : 0.1) },
    expect: (outcome) => assert.equal(count(outcome, 'remove'), 0),
  },
  {
    name: 'a peak shorter than what counts is no reason',
    world: {
      ...base,
      policy: { upAfterMs: 10_000 },
      load: (ms) => (ms === 2 * MINUTE ? 6 : 0.3),
    },
    expect: (outcome) => assert.equal(count(outcome, 'add'), 0),
  },
  {
    name: 'memory alone is a reason',
    world: { ...base, memory: 0.9 },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'add')?.reason ?? '', /memory at 90 %/)
      assert.equal(lastSize(outcome), 15)
    },
  },
  {
    name: 'a region whose provider is dead is left alone, and others serve',
    world: {
      ...base,
      begin: 0,
      regions: { ...REGIONS, west: { startMs: 8_000, dead: true } },
      load: () => 7,
    },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'short')?.reason ?? '', /west left alone.*no machines/)
      assert.ok(lastSize(outcome) >= 9)
      assert.ok(count(outcome, 'short') <= 5, 'it is tried less and less often')
    },
  },
  {
    name: 'where every provider is dead the fleet stays, and tries less and less often',
    world: {
      ...base,
      regions: { west: { startMs: 0, dead: true }, east: { startMs: 0, dead: true } },
      load: () => 9,
      durationMs: 120 * MINUTE,
    },
    expect: (outcome) => {
      assert.equal(largest(outcome), 3)
      assert.ok(count(outcome, 'add') <= 20, `${count(outcome, 'add')} tries`)
    },
  },
  {
    name: 'slow starts are late, counted, and never more than the limit',
    world: { ...base, regions: { west: { startMs: 100_000 } }, load: () => 20 },
    expect: (outcome) => {
      assert.ok(count(outcome, 'short') >= 1)
      assert.equal(largest(outcome), 15)
      assert.equal(outcome.figures.pending, 0)
    },
  },
  {
    name: 'workers that never come are taken back',
    world: {
      ...base,
      regions: { west: GOOD, east: { startMs: Number.POSITIVE_INFINITY } },
      load: () => 7,
      durationMs: 40 * MINUTE,
    },
    expect: (outcome) => {
      assert.ok(count(outcome, 'reclaim') >= 1)
      assert.ok(outcome.figures.active >= 9, `${outcome.figures.active} at work`)
    },
  },
  {
    name: 'workers that die while they start are found out and taken back',
    world: {
      ...base,
      regions: { west: GOOD, east: { startMs: 4_000, crashing: true } },
      begin: 0,
      load: () => 6,
      durationMs: 40 * MINUTE,
    },
    expect: (outcome) => {
      assert.ok(count(outcome, 'reclaim') >= 1)
      assert.ok(outcome.figures.active >= 6, `${outcome.figures.active} at work`)
    },
  },
  {
    name: 'a worker that does not come to an end goes on, and is not asked again at once',
    world: { ...base, begin: 6, stuck: () => true, policy: { drainMs: 20_000 } },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'kept')?.reason ?? '', /still had work after 20 s/)
      assert.equal(outcome.harmed, 0)
      assert.equal(outcome.sizes.at(-1)?.total, 6)
      assert.ok(count(outcome, 'remove') <= 6)
    },
  },
  {
    name: 'workers that the provider will not stop go on',
    world: { ...base, begin: 6, regions: { west: { ...GOOD, sticky: true } } },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'kept')?.reason ?? '', /not mine/)
      assert.equal(outcome.sizes.at(-1)?.active, 6)
    },
  },
  {
    name: 'a worker that trains is never stopped, and the others are',
    world: { ...base, begin: 9, trains: (no) => no < 5 },
    expect: (outcome) => {
      assert.equal(outcome.harmed, 0)
      assert.equal(lastSize(outcome), 5)
    },
  },
  {
    name: 'load that comes while workers drain has them go on',
    world: {
      ...base,
      begin: 6,
      stuck: () => true,
      load: burst(75_000, 4 * MINUTE, 9),
    },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'kept')?.reason ?? '', /load came/)
      assert.ok(largest(outcome) > 6)
    },
  },
  {
    name: 'regions keep what they keep',
    world: { ...base, begin: 0, floors: { west: 2, east: 1, central: 2 }, min: 3 },
    expect: (outcome) => {
      assert.equal(lastSize(outcome), 5)
      assert.match(firstOf(outcome, 'add')?.reason ?? '', /below the 5/)
    },
  },
  {
    name: 'a pool that keeps none has one as soon as anything waits, and none when all is done',
    world: {
      ...base,
      ...{ begin: 0, min: 0, load: (ms) => (ms === MINUTE ? 1 : 0), durationMs: 10 * MINUTE },
    },
    expect: (outcome) => {
      assert.match(firstOf(outcome, 'add')?.reason ?? '', /no worker is/)
      assert.equal(largest(outcome), 1)
      assert.equal(lastSize(outcome), 0)
    },
  },
  {
    name: 'a provider that does not answer is waited for',
    world: { ...base, load: () => 7, answers: (ms) => ms > 5 * MINUTE },
    expect: (outcome) => {
      assert.match(outcome.events[0]?.reason ?? '', /does not answer/)
      assert.ok((firstOf(outcome, 'add')?.ms ?? 0) > 5 * MINUTE)
      assert.ok(lastSize(outcome) >= 9)
    },
  },
  {
    name: 'a provider that knows numbers alone',
    world: { ...base, nameless: true, load: burst(MINUTE, 4 * MINUTE, 8), durationMs: 20 * MINUTE },
    expect: (outcome) => {
      assert.ok(largest(outcome) >= 6)
      assert.equal(lastSize(outcome), 3)
      assert.equal(outcome.harmed, 0)
    },
  },
  {
    name: 'a clock that jumps an hour ahead ends no wait',
    world: {
      ...base,
      begin: 6,
      clock: (ms) => (ms > 10_000 ? ms + 60 * MINUTE : ms),
    },
    expect: (outcome) => assert.ok((firstOf(outcome, 'remove')?.ms ?? 0) >= MINUTE - 6_000),
  },
  {
    name: 'a clock that goes back stops nothing for good',
    world: { ...base, begin: 6, clock: (ms) => (ms > 30_000 ? ms - 60 * MINUTE : ms) },
    expect: (outcome) => assert.equal(lastSize(outcome), 3),
  },
  {
    name: 'two schedulers whose clocks differ, by turns',
    world: {
      ...base,
      clock: (ms) => (Math.floor(ms / 14_000) % 2 === 0 ? ms : ms + 45_000),
      load: burst(MINUTE, 5 * MINUTE, 8),
      durationMs: 30 * MINUTE,
    },
    expect: (outcome) => {
      assert.ok(largest(outcome) <= 15)
      assert.equal(lastSize(outcome), 3)
    },
  },
  {
    name: 'a scheduler that dies between deciding and doing',
    world: {
      ...base,
      dies: (ms) => ((ms / 2_000) * 7_919) % 11 < 5,
      load: burst(MINUTE, 6 * MINUTE, 8),
      durationMs: 60 * MINUTE,
    },
    expect: (outcome) => {
      assert.ok(largest(outcome) <= 15)
      assert.equal(lastSize(outcome), 3)
      assert.equal(outcome.harmed, 0)
    },
  },
]

for (const { name, world, expect } of TABLE) test(name, () => expect(simulate(world)))
