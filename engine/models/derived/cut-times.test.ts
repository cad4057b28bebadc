import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Table } from '#engine/table/table.ts'
import { drawRows, learn } from '#engine/testing/learned.ts'
import type { Conditions } from '../sampled.ts'

test('times that end with a study are past its end as often as they were, and never before they begin', async () => {
  const random = createSeededRandom(3, 'study')
  const rows = 3000
  const end = 19_000
  const of = (of: () => number) => Float64Array.from({ length: rows }, of)
  const began = of(() => end - 1 - Math.floor(2000 * random.unit()))
  const left = began.map((day) =>
    random.unit() < 0.1
      ? Number.NaN
      : Math.min(end, day + 1 + Math.floor(-250 * Math.log(1 - random.unit()))),
  )
  const date = (name: string, values: Float64Array): Column => {
    const field = {
      name,
      type: 'date',
      semantic: null,
      decimals: 0,
      layout: null,
      zone: null,
    } as const
    return { kind: 'number', field, values }
  }
  const study: Table = { name: 'study', rows, columns: [date('began', began), date('left', left)] }
  const file = await learn(study, 'argn', { seed: 1, epochs: 15 })
  const draw = async (conditions: Conditions) =>
    (await drawRows(file, [rows], { seed: 2, conditions })).columns as number[][]
  const [first, last] = await draw({})
  assert.ok((last as number[]).every((day, row) => !(day < (first?.[row] as number) || day > end)))
  const share = (days: ArrayLike<number>) =>
    Array.from(days).filter((day) => day === end).length / rows
  assert.ok(Math.abs(share(last as number[]) - share(left)) < 0.05, `${share(last as number[])}`)
  const [, atEnd] = await draw({ ranges: { left: { min: end, max: end } } })
  assert.ok((atEnd as number[]).every((day) => day === end))
})
