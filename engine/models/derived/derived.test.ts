import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import type { Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import { officeTable } from '#engine/testing/office.ts'
import { learnedConfig } from '../learned-config.ts'
import { openModel } from '../model.ts'
import { ALGORITHMS, type Algorithm, decodeModelFile, encodeModelFile } from '../model-file.ts'
import { type Preparation, prepare } from '../prepare.ts'
import type { Conditions, SampledColumn } from '../sampled.ts'
import { firstDay, monthDayOf, monthOf, weekdayOf } from './calendar-parts.ts'

const ROWS = 4000
const table = officeTable(ROWS)
const ruleFor = () => ({ type: 'word' })

const train = (algorithm: Algorithm, of: Table = table) =>
  learn(of, algorithm, { epochs: algorithm === 'argn' ? 15 : 10 })

const files = new Map<Algorithm, Uint8Array>()
for (const algorithm of ALGORITHMS) files.set(algorithm, await train(algorithm))
const fileOf = (algorithm: Algorithm): Uint8Array => files.get(algorithm) as Uint8Array

const draw = (file: Uint8Array, rows = ROWS, conditions: Conditions = {}) =>
  drawRows(file, [rows], { conditions })

/** 1 less the distance of total variation between what the values are in the table and in the sample. */
function likeness(name: string, drawn: number[], of: (value: number) => number): number {
  const column = table.columns.find((one) => one.field.name === name)
  assert.ok(column?.kind === 'number')
  const shares = (values: readonly number[]): Map<number, number> => {
    const known = values.filter((value) => !Number.isNaN(value))
    const counts = new Map<number, number>()
    for (const value of known)
      counts.set(of(value), (counts.get(of(value)) ?? 0) + 1 / known.length)
    return counts
  }
  const [real, made] = [shares([...column.values]), shares(drawn)]
  const keys = new Set([...real.keys(), ...made.keys()])
  return (
    1 -
    [...keys].reduce((sum, key) => sum + Math.abs((real.get(key) ?? 0) - (made.get(key) ?? 0)), 0) /
      2
  )
}

const dayOf = (value: number): number => Math.floor(value / SECONDS_PER_DAY)
const hourOf = (value: number): number => Math.floor((value % SECONDS_PER_DAY) / 3600)
const monthOfYear = (day: number): number => (monthOf(day) + 1200) % 12

for (const algorithm of ALGORITHMS)
  test(`${algorithm} keeps hours, weekdays, months, ends of months, orders and look-ups`, async () => {
    const { numbersOf, valuesOf } = await draw(fileOf(algorithm))
    const opened = numbersOf('opened')
    const score = (name: string, of: (value: number) => number, least: number): void => {
      const found = likeness(name, numbersOf(name), of)
      assert.ok(found >= least, `${name}: ${found}`)
    }
    score('opened', hourOf, 0.92)
    score('opened', (value) => weekdayOf(dayOf(value)), 0.94)
    score('opened', (value) => monthOfYear(dayOf(value)), 0.9)
    score('due', monthDayOf, 0.93)
    score('closed', hourOf, 0.88)
    assert.ok(opened.every((value) => value % 60 === 0))
    const closed = numbersOf('closed')
    assert.ok(closed.every((value, row) => !(value < (opened[row] as number))))
    const open = closed.filter((value) => Number.isNaN(value)).length / ROWS
    assert.ok(Math.abs(open - 0.1) < 0.04, String(open))
    const [depts, sites, floors] = ['dept', 'site', 'floor'].map(valuesOf)
    for (const [row, dept] of depts?.entries() ?? []) {
      const site = (Number(String(dept).slice(5)) * 7) % 9
      assert.equal(sites?.[row], `site ${site}`)
      assert.equal(floors?.[row], site % 4)
    }
  })

test('what depends on the hour goes on doing so', async () => {
  const { numbersOf, valuesOf } = await draw(fileOf('argn'))
  const channels = valuesOf('channel')
  const fits = numbersOf('opened').filter(
    (value, row) => (channels[row] === 'web') === hourOf(value) >= 12,
  )
  assert.ok(fits.length > 0.88 * ROWS, String(fits.length))
})

const at = (day: number, hour: number): number => day * SECONDS_PER_DAY + hour * 3600
const MONDAY = 18_995

for (const algorithm of ['gaussian_copula', 'argn'] as const)
  test(`${algorithm} draws moments within ranges, of hours, days and years, and levels by what they look up`, async () => {
    const ranges: [string, { min: number; max: number }][] = [
      ['opened', { min: at(MONDAY, 9), max: at(MONDAY, 11) }],
      ['opened', { min: at(MONDAY, 14), max: at(MONDAY + 2, 9) }],
      ['opened', { min: at(MONDAY - 400, 0), max: at(MONDAY, 0) }],
      ['closed', { min: at(MONDAY, 9), max: at(MONDAY, 20) }],
      ['closed', { min: at(MONDAY, 12), max: at(MONDAY, 13) }],
      ['due', { min: firstDay(monthOf(MONDAY)), max: firstDay(monthOf(MONDAY)) }],
      ['floor', { min: 1, max: 2 }],
    ]
    for (const [name, range] of ranges) {
      const { numbersOf } = await draw(fileOf(algorithm), 300, { ranges: { [name]: range } })
      assert.ok(
        numbersOf(name).every((value) => value >= range.min && value <= range.max),
        name,
      )
    }
    const { valuesOf, tally } = await draw(fileOf(algorithm), 600, { levels: { site: [2, 5] } })
    assert.deepEqual(new Set(valuesOf('site')), new Set(['site 2', 'site 5']))
    assert.equal(tally.drawn, 0)
  })

test('bounds leave nulls alone, and what nothing meets is refused', async () => {
  const range = { min: at(MONDAY - 100, 0), max: at(MONDAY, 0) }
  const asked: Conditions = { ranges: { closed: { ...range, nulls: true } } }
  const { numbersOf } = await draw(fileOf('gaussian_copula'), 600, asked)
  const closed = numbersOf('closed')
  assert.ok(closed.some((value) => Number.isNaN(value)))
  assert.ok(closed.every((value) => !(value < range.min || value > range.max)))
  const never: Conditions = { ranges: { opened: { min: at(MONDAY, 2), max: at(MONDAY, 3) } } }
  await assert.rejects(draw(fileOf('gaussian_copula'), 10, never), { code: 'invalid_request' })
})

for (const algorithm of ALGORITHMS)
  test(`${algorithm}: nulls of what lies between are asked for, and values where there may be nulls`, async () => {
    const { numbersOf, tally } = await draw(fileOf(algorithm), 600, { nulls: ['closed'] })
    assert.ok(numbersOf('closed').every((value) => Number.isNaN(value)))
    assert.ok(numbersOf('opened').every((value) => !Number.isNaN(value)))
    assert.ok(tally.met >= 600)
    const whole = { ranges: { closed: { min: -1e12, max: 1e12 } } }
    const there = await draw(fileOf(algorithm), 600, whole)
    assert.ok(there.numbersOf('closed').every((value) => !Number.isNaN(value)))
    const opening = openModel(fileOf(algorithm)).createSampler({
      ...{ seed: 4, conditions: { nulls: ['floor'] } },
    })
    await assert.rejects(opening, { code: 'invalid_request' })
  })

test('rows under conditions are the same however they are cut', async () => {
  const conditions = { ranges: { opened: { min: at(MONDAY, 14), max: at(MONDAY + 2, 9) } } }
  const sampler = await openModel(fileOf('gaussian_copula')).createSampler({ seed: 4, conditions })
  const whole = await sampler.sample({ from: 0, to: 6000 }, {})
  const parts = []
  for (const from of [0, 1000, 2400, 2600, 5000]) {
    const to = Math.min(6000, { 0: 1000, 1000: 2400, 2400: 2600, 2600: 5000 }[from] ?? 6000)
    parts.push(await sampler.sample({ from, to }, {}))
  }
  for (const [column, values] of whole.entries())
    assert.deepEqual(
      parts.flatMap((part) => [...(part[column] as SampledColumn)]),
      [...values],
    )
  assert.ok(sampler.tally().met >= 6000)
})

test('moments of a fixed offset have the law of its hours, and its conditions', async () => {
  const zone = '+09:00'
  const columns = table.columns.map((column) =>
    column.kind === 'number' && column.field.name === 'opened'
      ? {
          ...column,
          field: { ...column.field, zone },
          values: column.values.map((value) => value - 9 * 3600),
        }
      : column,
  )
  const file = await train('gaussian_copula', { ...table, columns })
  const { numbersOf } = await draw(file)
  const local = numbersOf('opened').map((value) => value + 9 * 3600)
  assert.ok(likeness('opened', local, hourOf) > 0.92)
  assert.ok(local.every((value) => weekdayOf(dayOf(value)) < 5))
  const conditions = { opened: { min: '2022-01-03T09:00:00', max: '2022-01-03T03:00:00Z' } }
  const { resolved } = learnedConfig(openModel(file), { rows: 10, now: 0, conditions })
  assert.deepEqual(resolved.tables[0]?.learned?.conditions?.ranges?.['opened'], {
    min: at(18_995, 0),
    max: at(18_995, 3),
  })
})

test('derived targets hold no values of rows, and their parts no rare ones', () => {
  const { derived, targets }: Preparation = prepare(table, { seed: 3, ruleFor })
  for (const target of derived) {
    const known = ['decimals', 'from', 'kind', 'levels', 'max', 'min', 'name', 'step']
    assert.deepEqual(
      Object.keys(target).filter((key) => !known.includes(key)),
      [],
    )
  }
  assert.equal(
    new Set([...targets, ...derived].map(({ name }) => name)).size,
    targets.length + derived.length,
  )
})

test('a file whose derived targets do not follow from others before them is refused', () => {
  const model = decodeModelFile(fileOf('gaussian_copula'))
  const { derived, targets } = model
  assert.ok(derived.length > 5)
  const numeric = derived.findIndex(({ from }) => from.type === 'linear')
  const lookup = derived.findIndex(({ kind }) => kind === 'category')
  const broken: [number, object][] = [
    [numeric, { type: 'linear', first: targets.length + numeric, unit: 1, offset: 0 }],
    [numeric, { type: 'linear', first: 0, second: 10_000, unit: 1, offset: 0 }],
    [numeric, { type: 'linear', first: 0, unit: 0, offset: 0 }],
    [numeric, { type: 'month_day', first: 1e9, second: 0 }],
    [numeric, { type: 'lookup', first: 0, values: [] }],
    [numeric, { type: 'anything' }],
    [lookup, { type: 'lookup', first: 0, codes: [9999] }],
  ]
  for (const [place, from] of broken) {
    const changed = derived.map((one, i) => (i === place ? { ...one, from } : one))
    const file = encodeModelFile({ ...model, derived: changed as typeof derived })
    assert.throws(() => openModel(file), { code: 'invalid_request' })
  }
})

test('a damaged file with derived targets is refused, or samples all the same', async () => {
  const file = fileOf('gaussian_copula')
  const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true))
  const from = Buffer.from(file.subarray(8, 8 + header)).indexOf('derived') + 8
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: from, max: 7 + header }), fc.nat(255), async (at, byte) => {
      const damaged = Uint8Array.from(file)
      damaged[at] = byte
      try {
        const sampler = await openModel(damaged, 'not hashed').createSampler({ seed: 1 })
        await sampler.sample({ from: 0, to: 10 }, {})
      } catch (error) {
        assert.ok((error as Error).name === 'AppError', String(error))
      }
    }),
    { numRuns: 200 },
  )
})
