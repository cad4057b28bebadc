import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offsetAt, zoneOffsets } from '#engine/data/zones.ts'
import { inferFields } from './infer-fields.ts'
import { createOffsetEvidence } from './offset-zone.ts'
import { readRecords } from './read-records.ts'

const START = 1_672_531_200
const DAY = 86_400
/** A moment in each ninth day of three years, and what clocks of the zone are ahead. */
function moments(zone: string): [moment: number, offset: number][] {
  const offsets = zoneOffsets(zone, START, START + 1100 * DAY)
  return Array.from({ length: 120 }, (_, i) => {
    const moment = START + 9 * i * DAY + ((i * 7919) % DAY)
    return [moment, offsetAt(offsets, moment)]
  })
}

const zoneOf = (seen: readonly [number, number | null][]): string | null => {
  const evidence = createOffsetEvidence()
  for (const [moment, offset] of seen) evidence.add(moment, offset)
  return evidence.zone()
}

test('moments in several offsets are those of a zone that has exactly these', () => {
  for (const zone of ['Europe/Berlin', 'Europe/London', 'America/New_York', 'Australia/Sydney'])
    assert.equal(zoneOf(moments(zone)), zone)
  for (const zone of ['America/Santiago', 'Asia/Jerusalem', 'Australia/Lord_Howe']) {
    const found = zoneOf(moments(zone))
    assert.ok(found !== null, zone)
    const [own, other] = [zone, found].map((name) => zoneOffsets(name, START, START + 1000 * DAY))
    for (const [moment] of moments(zone))
      assert.equal(offsetAt(own!, moment), offsetAt(other!, moment), found)
  }
})

test('moments in offsets of no zone, of one offset, in UTC besides, or few, tell no zone', () => {
  const berlin = moments('Europe/Berlin')
  assert.equal(
    zoneOf(berlin.map(([moment, offset], i) => [moment, i % 7 === 3 ? 0 : offset])),
    null,
  )
  assert.equal(zoneOf(berlin.filter(([, offset]) => offset === 3600)), null)
  assert.equal(zoneOf([...berlin, [START, null]]), null)
  assert.equal(zoneOf(berlin.slice(0, 7)), null)
  assert.equal(zoneOf([...berlin].reverse()), 'Europe/Berlin')
})

const text = (moment: number, offset: number): string => {
  const [sign, hours] = [offset < 0 ? '-' : '+', Math.abs(offset) / 3600]
  const local = new Date(1000 * (moment + offset)).toISOString().slice(0, 19)
  return `${local}${sign}${String(hours).padStart(2, '0')}:00`
}

test('the zone of a column of a file, in any order of its rows', async () => {
  for (const [zone, more] of [
    ['Europe/Berlin', ''],
    ['America/Chicago', ''],
    [null, ',2024-01-31T10:00:00Z\n'],
  ] as const) {
    const rows = moments(zone ?? 'Europe/Berlin').toReversed()
    const file = `n,v\n${rows.map(([moment, offset], i) => `${i},${text(moment, offset)}`).join('\n')}\n${more}`
    const { columns } = await inferFields(await readRecords(asyncBytes(file)))
    const { field } = columns[1]!
    assert.deepEqual([field.type, field.layout, field.zone], ['datetime', null, zone])
  }
})

async function* asyncBytes(file: string): AsyncGenerator<Buffer> {
  await Promise.resolve()
  yield Buffer.from(file)
}
