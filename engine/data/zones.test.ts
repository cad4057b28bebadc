import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { daysOf, SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import {
  createOffsetAt,
  createUtcOf,
  findZone,
  fixedOffset,
  offsetAt,
  utcOf,
  zoneNames,
  zoneOffsets,
} from './zones.ts'

const at = (year: number, month: number, day: number, hour = 0) =>
  daysOf({ year, month, day }) * SECONDS_PER_DAY + hour * 3600

const offset = (zone: string, seconds: number) =>
  offsetAt(zoneOffsets(zone, seconds, seconds), seconds)

/** Zones of which the runtime's database, which may be of another year, cannot be told apart from ours since 1970. */
const SETTLED = [
  ...['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Tokyo'],
  ...['Pacific/Auckland', 'America/St_Johns', 'Europe/Dublin', 'Asia/Jerusalem', 'UTC'],
  ...['America/Santiago', 'Africa/Johannesburg', 'Pacific/Chatham', 'Asia/Kathmandu'],
]

/** Seconds east of UTC as the runtime's own database has it. */
function reference(zone: string): (seconds: number) => number {
  const fields = { hour12: false, era: 'short', timeZone: zone } as const
  const format = new Intl.DateTimeFormat('en-US', {
    ...fields,
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  return (seconds) => {
    const part = Object.fromEntries(
      format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    const local = daysOf({ year, month, day }) * SECONDS_PER_DAY + (hour % 24) * 3600
    return local + minute * 60 + second - seconds
  }
}

test('offsets are those of the runtime, whose database is another copy, from 1970 to 2200', () => {
  for (const zone of SETTLED) {
    const expected = reference(zone)
    const offsets = zoneOffsets(zone, 0, at(2200, 1, 1))
    const quick = createOffsetAt(offsets)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: at(2200, 1, 1) }), (seconds) => {
        assert.equal(offsetAt(offsets, seconds), expected(seconds), `${zone} ${seconds}`)
        assert.equal(quick(seconds), expected(seconds), `${zone} ${seconds}`)
        assert.equal(offset(zone, seconds), expected(seconds))
      }),
      { numRuns: 150 },
    )
    for (const change of offsets.at.subarray(0, 40)) {
      assert.equal(offsetAt(offsets, change), expected(change), `${zone} ${change}`)
      assert.equal(quick(change), expected(change))
      assert.equal(quick(change - 1), expected(change - 1))
      assert.equal(offsetAt(offsets, change - 1), expected(change - 1))
    }
  }
})

test('known changes: standard and daylight time, local mean time, the far future', () => {
  assert.equal(offset('Europe/Berlin', at(2025, 3, 30, 1) - 1), 3600)
  assert.equal(offset('Europe/Berlin', at(2025, 3, 30, 1)), 7200)
  assert.equal(offset('Europe/Berlin', at(1850, 1, 1)), 3208)
  assert.equal(offset('Europe/Berlin', at(9999, 7, 1)), 7200)
  assert.equal(offset('America/New_York', at(2024, 11, 3, 6)), -18_000)
  assert.equal(offset('Asia/Calcutta', at(2024, 1, 1)), offset('Asia/Kolkata', at(2024, 1, 1)))
})

test('every zone can be read; names are found in any case', () => {
  for (const name of zoneNames()) {
    const { at: changes, offsets } = zoneOffsets(name, at(1, 1, 1), at(2100, 1, 1))
    assert.equal(offsets.length, changes.length + 1)
    assert.ok(
      changes.every((change, k) => k === 0 || change > (changes[k - 1] ?? 0)),
      name,
    )
    assert.ok(offsets.every((value) => Math.abs(value) <= 60_000))
  }
  assert.ok(zoneNames().length > 550)
  assert.equal(findZone('europe/berlin'), 'Europe/Berlin')
  assert.equal(findZone('Europe/Atlantis'), null)
  assert.throws(() => zoneOffsets('toString', 0, 0), RangeError)
})

test('local times become the UTC second that shows them; of two the first, and skipped ones move on', () => {
  const zone = zoneOffsets('Europe/Berlin', at(2020, 1, 1), at(2030, 1, 1))
  fc.assert(
    fc.property(fc.integer({ min: at(2020, 1, 3), max: at(2029, 12, 29) }), (seconds) => {
      const local = seconds + offsetAt(zone, seconds)
      const utc = utcOf(zone, local)
      assert.equal(utc + offsetAt(zone, utc), local)
      assert.ok(utc === seconds || utc === seconds - 3600)
    }),
  )
  assert.equal(utcOf(zone, at(2025, 10, 26, 2)), at(2025, 10, 26, 0))
  assert.equal(utcOf(zone, at(2025, 3, 30, 2)), at(2025, 3, 30, 1))
})

test('local seconds in number are brought to UTC as one by one, near changes above all', () => {
  for (const name of [...SETTLED, 'Africa/Casablanca', 'Antarctica/Troll', 'Europe/London']) {
    const zone = zoneOffsets(name, 0, at(2200, 1, 1))
    const quick = createUtcOf(zone)
    const same = (local: number) =>
      assert.equal(quick(local), utcOf(zone, local), `${name} ${local}`)
    fc.assert(fc.property(fc.integer({ min: 0, max: at(2200, 1, 1) }), same), { numRuns: 300 })
    const nearby = fc.integer({ min: -3 * SECONDS_PER_DAY, max: 3 * SECONDS_PER_DAY })
    const changes = zone.at.length > 0 ? fc.constantFrom(...zone.at) : fc.constant(0)
    fc.assert(
      fc.property(changes, nearby, (change, by) => same(change + by)),
      { numRuns: 1_000 },
    )
  }
})

test('a fixed offset is a zone', () => {
  assert.equal(findZone('+05:30'), '+05:30')
  for (const wrong of ['+5:30', '05:30', '+25:00', '+05:60', '+0530'])
    assert.equal(findZone(wrong), null)
  assert.equal(offset('+05:30', at(2024, 7, 1)), 19_800)
  assert.equal(offset('-03:00', 0), -10_800)
  assert.deepEqual(
    [fixedOffset('-03:00'), fixedOffset('Europe/Berlin'), fixedOffset(null)],
    [-10_800, 0, 0],
  )
})
