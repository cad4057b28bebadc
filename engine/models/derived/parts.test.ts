import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Field } from '#engine/table/table.ts'
import { prepare } from '../prepare.ts'
import {
  firstDay,
  fromMonthDay,
  fromMonthWeekday,
  monthDayOf,
  monthOf,
  weekdayOf,
  weekOfMonth,
} from './calendar-parts.ts'
import { learnLookup } from './learn-lookup.ts'
import { createTargetList } from './target-list.ts'

const ruleFor = () => ({ type: 'word' })

const field = (name: string, type: Field['type']): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null }
}

const season = (day: number): number => (monthOf(day) + 1200) % 12

test('days are parts and back, and any parts are a day of their month', () => {
  const days = fc.integer({ min: -700_000, max: 2_900_000 })
  fc.assert(
    fc.property(days, (day) => {
      assert.equal(fromMonthDay(monthOf(day), monthDayOf(day)), day)
      assert.equal(fromMonthWeekday(monthOf(day), 7 * weekOfMonth(day) + weekdayOf(day)), day)
    }),
  )
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 31 }), fc.nat(34), (any, code, weekday) => {
      const month = monthOf(any)
      for (const day of [fromMonthDay(month, code), fromMonthWeekday(month, weekday)])
        assert.ok(day >= firstDay(month) && day < firstDay(month + 1))
      assert.equal(weekdayOf(fromMonthWeekday(month, weekday)), weekday % 7)
    }),
  )
})

test('times without a law, and few of them, are learned as they are', () => {
  const random = createSeededRandom(1, 'any time')
  for (const rows of [100, 5000]) {
    const values = Float64Array.from({ length: rows }, () => 1.6e9 + random.below(86_400 * 40))
    const columns: Column[] = [{ kind: 'number', field: field('any', 'datetime'), values }]
    const { targets, derived } = prepare({ name: 't', rows, columns }, { seed: 1, ruleFor })
    assert.deepEqual([targets.length, derived.length], [1, 0])
  }
})

test('of many years, months are learned where other columns have seasons, and not where they have trends', () => {
  const rows = 4000
  const random = createSeededRandom(2, 'years')
  const days = Float64Array.from({ length: rows }, () => 11_000 + random.below(4380))
  const namesWith = (of: (day: number) => number): string[] => {
    const values = days.map((day) => Math.round(of(day) + 3 * random.normal()))
    const columns: Column[] = [
      { kind: 'number', field: field('day', 'date'), values: days },
      { kind: 'number', field: field('value', 'integer'), values },
    ]
    const found = prepare({ name: 't', rows, columns }, { seed: 1, ruleFor })
    return found.targets.map(({ name }) => name)
  }
  assert.ok(namesWith((day) => 20 * Math.abs(season(day) - 6)).includes('day (month of year)'))
  assert.ok(!namesWith((day) => day / 10 + 2 * season(day)).includes('day (month of year)'))
})

test('a column is looked up only where that is no chance, and by nothing that single rows have', () => {
  const numbersOf = (rows: number, of: (row: number) => number): Column => {
    const values = Float64Array.from({ length: rows }, (_, row) => of(row))
    return { kind: 'number', field: field('told', 'integer'), values }
  }
  const keyOf = (rows: number, of: (row: number) => number): Column => {
    const codes = Int32Array.from({ length: rows }, (_, row) => of(row))
    const levels = Array.from({ length: 50 }, (_, code) => `level ${code}`)
    return { kind: 'category', field: field('key', 'category'), codes, levels }
  }
  const isLookedUp = (
    rows: number,
    told: (row: number) => number,
    key = (row: number) => row % 50,
  ) => {
    const columns = [numbersOf(rows, told), keyOf(rows, key)]
    const found = prepare({ name: 't', rows, columns }, { seed: 1, ruleFor })
    return found.derived.some(({ from }) => from.type === 'lookup')
  }
  const byKey = (row: number): number => (row % 50) % 7
  assert.ok(isLookedUp(1000, byKey))
  assert.ok(!isLookedUp(1000, (row) => (row === 9 ? 100 : byKey(row))))
  assert.ok(!isLookedUp(400, (row) => Number(row % 50 === 3)))
  assert.ok(!isLookedUp(1000, byKey, (row) => (row === 10 ? -1 : row % 50)))
  assert.ok(
    !isLookedUp(
      130,
      (row) => (row % 10) % 3,
      (row) => row % 10,
    ),
  )
})

test('very many levels are looked up, numbers and levels', () => {
  const rows = 200_000
  const codes = Int32Array.from({ length: rows }, (_, row) => row)
  const levels = Array.from(codes, (code) => `level ${code}`)
  const key: Column = { kind: 'category', field: field('key', 'category'), codes, levels }
  const values = Float64Array.from(codes, (code) => 0 - code)
  const told: Column = { kind: 'number', field: field('told', 'integer'), values }
  const by = { kind: 'category' as const, field: key.field, target: 0, levels }
  for (const column of [told, { ...key, field: field('other', 'category') }]) {
    const list = createTargetList(['key', 'told', 'other'])
    list.learn({ kind: 'category', name: 'key', codes, levels: rows })
    const source = { table: { name: 't', rows, columns: [key] }, list, key: 0, by }
    const found = learnLookup(column, source)
    assert.equal(found?.kind, column.kind === 'number' ? 'numeric' : 'category')
    const [derived] = list.finish().derived
    if (derived?.kind === 'numeric') assert.deepEqual([derived.min, derived.max], [1 - rows, 0])
    else assert.deepEqual(derived?.from.codes, Array.from(codes))
  }
})
