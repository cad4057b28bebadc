import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Table } from '#engine/table/table.ts'
import { openModel } from '../model.ts'
import { restore } from '../prepare.ts'
import type { Conditions } from '../sampled.ts'
import { trainModel } from '../train.ts'

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
  const file = await trainModel(
    study,
    { algorithm: 'argn', seed: 1, options: { epochs: 15 }, ruleFor: () => ({ type: 'word' }) },
    { signal: new AbortController().signal },
  )
  const model = openModel(file)
  const draw = async (conditions: Conditions) => {
    const sampler = await model.createSampler({ seed: 2, conditions })
    const drawn = restore(model.columns, await sampler.sample({ from: 0, to: rows }, {}), rows)
    await sampler.release()
    return drawn.map((column) => (column as { values: Float64Array }).values)
  }
  const [first, last] = await draw({})
  assert.ok(
    (last as Float64Array).every((day, row) => !(day < (first?.[row] as number) || day > end)),
  )
  const share = (days: Float64Array) => days.filter((day) => day === end).length / rows
  assert.ok(
    Math.abs(share(last as Float64Array) - share(left)) < 0.05,
    `${share(last as Float64Array)}`,
  )
  const [, atEnd] = await draw({ ranges: { left: { min: end, max: end } } })
  assert.ok((atEnd as Float64Array).every((day) => day === end))
})
