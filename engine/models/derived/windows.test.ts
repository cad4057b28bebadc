import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, NumberColumn } from '#engine/table/table.ts'
import { officeTable } from '#engine/testing/office.ts'
import { openModel } from '../model.ts'
import { type Algorithm, decodeModelFile } from '../model-file.ts'
import type { Conditions, SampledColumn } from '../sampled.ts'
import { trainModel } from '../train.ts'
import { allShapes } from './derived.ts'
import { windowOf } from './windows.ts'

const table = officeTable(3000)
const train = (algorithm: Algorithm): Promise<Uint8Array> =>
  trainModel(
    table,
    {
      ...{ algorithm, seed: 3, ruleFor: () => ({ type: 'word' }) },
      options: algorithm === 'gaussian_copula' ? {} : { epochs: 8 },
    },
    { signal: new AbortController().signal },
  )
const files = { gaussian_copula: await train('gaussian_copula'), argn: await train('argn') }

const MONDAY = 18_995
const at = (day: number, hour: number): number => day * SECONDS_PER_DAY + hour * 3600
const clockOf = (moment: number): number => (moment % SECONDS_PER_DAY) / 3600

async function draw(file: Uint8Array, conditions: Conditions, cuts = [0, 800]) {
  const model = openModel(file)
  const sampler = await model.createSampler({ seed: 4, conditions })
  const parts: SampledColumn[][] = []
  for (const [i, to] of cuts.slice(1).entries())
    parts.push(await sampler.sample({ from: cuts[i] as number, to }, {}))
  await sampler.release()
  const { drawn, met } = sampler.tally()
  const columns = model.targets.map((_, target) =>
    parts.flatMap((part) => [...(part[target] as SampledColumn)]),
  )
  const column = (name: string): number[] =>
    columns[model.targets.findIndex((target) => target.name === name)] as number[]
  return { columns, column, share: met / drawn }
}

/** Hours between, a tenth, a half and nine tenths of the rows below. */
function gapsOf(opened: readonly number[], closed: readonly number[]): number[] {
  const gaps = closed.map((value, row) => (value - (opened[row] as number)) / 3600)
  const known = gaps.filter((gap) => !Number.isNaN(gap)).sort((a, b) => a - b)
  return [0.1, 0.5, 0.9].map((share) => known[Math.floor(share * known.length)] as number)
}

for (const [algorithm, file] of Object.entries(files))
  test(`${algorithm}: a window of minutes on a time behind another one is met without luck, and by what is likely there`, async () => {
    const range = { min: at(MONDAY, 12), max: at(MONDAY, 12) + 90 }
    const asked = { ranges: { closed: range } }
    const { columns, column, share } = await draw(file, asked)
    const [opened, closed] = [column('opened'), column('closed')]
    assert.ok(closed.every((value) => value >= range.min && value <= range.max))
    assert.ok(opened.every((value, row) => value % 60 === 0 && value <= (closed[row] as number)))
    assert.ok(share > 0.95, String(share))
    assert.deepEqual((await draw(file, asked, [0, 640, 800])).columns, columns)
    const all = await draw(file, {}, [0, 100_000])
    const noon = all.column('closed').map((value) => clockOf(value) >= 12 && clockOf(value) < 12.1)
    const found = gapsOf(opened, closed)
    const likely = gapsOf(
      all.column('opened').filter((_, row) => noon[row]),
      all.column('closed').filter((_, row) => noon[row]),
    )
    for (const [i, gap] of found.entries())
      assert.ok(
        Math.abs(Math.log(gap / (likely[i] as number))) < 0.2,
        `${found.join()} ${likely.join()}`,
      )
  })

test('windows on several times are met together', async () => {
  const ranges = {
    opened: { min: at(MONDAY, 9), max: at(MONDAY, 9) + 1800 },
    closed: { min: at(MONDAY, 10), max: at(MONDAY, 10) + 120 },
    due: { min: MONDAY - 5, max: MONDAY + 60 },
  }
  for (const file of Object.values(files)) {
    const { column, share } = await draw(file, { ranges })
    for (const [name, { min, max }] of Object.entries(ranges))
      assert.ok(
        column(name).every((value) => value >= min && value <= max),
        name,
      )
    assert.ok(share > 0.5, String(share))
  }
})

test('what a window leaves has every row that is in it, target by target', async () => {
  const { targets, derived } = decodeModelFile(files.gaussian_copula)
  const shapes = allShapes(targets, derived)
  const { columns } = await draw(files.gaussian_copula, {}, [0, 5000])
  const numberOf = (name: string): number => shapes.findIndex((shape) => shape.name === name)
  const asked = [
    ...[{ name: 'closed', before: 50, after: 20 }],
    ...[{ name: 'opened', before: 0, after: 9000 }],
    ...[{ name: 'due', before: 0, after: 3 }],
  ]
  let [inside, all, narrow] = [0, 0, 0]
  for (let row = 0; row < 5000; row++) {
    const drawnOf = (target: number): number => columns[target]?.[row] as number
    if (Number.isNaN(drawnOf(numberOf('closed')))) continue
    const constraints = asked.map(({ name, before, after }) => {
      const target = numberOf(name)
      return { target, min: drawnOf(target) - before, max: drawnOf(target) + after }
    })
    const window = windowOf(constraints, derived, { shapes, own: new Map() })
    assert.ok(window)
    const values = window.targets.map(drawnOf)
    for (const [step, value] of values.entries()) {
      const { min, max } = window.left(step, values.slice(0, step))
      all++
      inside += Number(value >= min && value <= max)
      narrow += Number(max - min < 40)
    }
  }
  assert.ok(inside / all > 0.99, String(inside / all))
  assert.ok(narrow / all > 0.5, String(narrow / all))
})

test('amounts within a narrow range are drawn by their factors', async () => {
  const rows = 2000
  const random = createSeededRandom(2, 'amounts')
  const number = (name: string, decimals: number, of: (row: number) => number): NumberColumn => {
    const type = decimals > 0 ? 'decimal' : 'integer'
    const field = { name, type, semantic: null, decimals, layout: null, zone: null } as const
    return { kind: 'number', field, values: Float64Array.from({ length: rows }, (_, i) => of(i)) }
  }
  const pieces = number('pieces', 0, () => 1 + Math.floor(80 * random.unit() ** 2))
  const price = number('price', 2, () => Math.round(100 * Math.exp(3 + random.normal())) / 100)
  const amount = number('amount', 2, (row) => {
    const [a, b] = [pieces, price].map(({ values }) => values[row] as number) as [number, number]
    return Math.round(100 * a * b) / 100
  })
  const file = await trainModel(
    { name: 'amounts', rows, columns: [pieces, price, amount] },
    { algorithm: 'gaussian_copula', seed: 1, options: {}, ruleFor: () => ({ type: 'word' }) },
    { signal: new AbortController().signal },
  )
  assert.equal(decodeModelFile(file).derived.at(-1)?.from.type, 'product')
  const { column, share } = await draw(file, { ranges: { amount: { min: 300, max: 300.5 } } })
  assert.ok(column('amount').every((value) => value >= 300 && value <= 300.5))
  assert.ok(new Set(column('pieces')).size > 5)
  assert.ok(share > 0.5, String(share))
})

test('a window on an amount keeps conditions on the code that is one of its factors', async () => {
  const rows = 3000
  const random = createSeededRandom(6, 'codes')
  const names = Array.from({ length: 40 }, () => random.below(9))
  const kinds = Int32Array.from({ length: rows }, () => random.below(40))
  const field = (name: string) => {
    return { name, type: 'integer', semantic: null, decimals: 0, layout: null, zone: null } as const
  }
  const size = Float64Array.from(kinds, (kind) => 10 + kind)
  const pieces = Float64Array.from(kinds, () => 1 + random.below(200))
  const columns: Column[] = [
    { kind: 'number', field: field('size'), values: size },
    { kind: 'number', field: field('pieces'), values: pieces },
    {
      kind: 'number',
      field: field('all'),
      values: size.map((a, row) => a * (pieces[row] as number)),
    },
    {
      ...{ kind: 'category', field: { ...field('name'), type: 'category' } },
      ...{ codes: kinds.map((kind) => names[kind] as number), levels: Array.from('abcdefghi') },
    },
  ]
  for (const algorithm of ['gaussian_copula', 'argn'] as const) {
    const file = await trainModel(
      { name: 'codes', rows, columns },
      {
        ...{ algorithm, seed: 1, ruleFor: () => ({ type: 'word' }) },
        options: algorithm === 'argn' ? { epochs: 2 } : {},
      },
      { signal: new AbortController().signal },
    )
    const types = decodeModelFile(file).derived.map(({ from }) => from.type)
    assert.ok(types.includes('product') && types.includes('lookup'), types.join())
    const ranges = { all: { min: 2000, max: 2004 }, size: { min: 20, max: 30 } }
    const { column } = await draw(file, { ranges }, [0, 300])
    assert.ok(column('all').every((value) => value >= 2000 && value <= 2004))
    assert.ok(column('size').every((value) => value >= 20 && value <= 30))
  }
})
