import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Conditions, SampledColumn, Target } from '../sampled.ts'
import { shapeOf } from '../sampled.ts'
import { type Copula, fitCopula } from './copula.ts'
import { createCopulaSampler } from './sampler.ts'
import { GRID_ROWS } from './variables.ts'

const ROWS = 20_000

/** Normal variables with known correlations, seen as a skewed number, a grade, a mostly zero number and a null. */
function example(): Target[] {
  const random = createSeededRandom(1, 'example')
  const skewed = new Float64Array(ROWS)
  const grades = new Int32Array(ROWS)
  const gains = new Float64Array(ROWS)
  const sizes = new Float64Array(ROWS)
  for (let row = 0; row < ROWS; row++) {
    const [a, b, c, d] = [random.normal(), random.normal(), random.normal(), random.normal()]
    const second = 0.7 * a + Math.sqrt(1 - 0.49) * b
    const third = -0.5 * a + Math.sqrt(1 - 0.25) * c
    skewed[row] = Math.round(100 * Math.exp(a))
    // Codes that are not in the order of the variable.
    grades[row] = [2, 0, 3, 1][Number(second > -1) + Number(second > 0) + Number(second > 1)] ?? 0
    gains[row] = third < 0.8 ? 0 : Math.round(1000 * third) / 10
    sizes[row] = 0.6 * a + 0.8 * d > 0.5 ? Number.NaN : Math.round(50 + 10 * b)
  }
  return [
    { kind: 'numeric', name: 'skewed', values: skewed, decimals: 0, ...rangeOf(skewed) },
    { kind: 'category', name: 'grade', codes: grades, levels: 4 },
    { kind: 'numeric', name: 'gain', values: gains, decimals: 1, ...rangeOf(gains) },
    { kind: 'numeric', name: 'size', values: sizes, decimals: 0, ...rangeOf(sizes) },
  ]
}

function rangeOf(values: Float64Array): { min: number; max: number } {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  return { min: known[0] as number, max: known.at(-1) as number }
}

const targets = example()
const fitted = fitCopula(targets, { seed: 1 })

async function sample(
  model: Copula,
  of: readonly Target[],
  options: { rows?: number; conditions?: Conditions } = {},
): Promise<SampledColumn[]> {
  const { rows = ROWS, ...rest } = options
  const sampler = createCopulaSampler({ ...model, targets: of.map(shapeOf) }, { seed: 11, ...rest })
  assert.deepEqual(sampler.tally(), { drawn: 0, met: 0 })
  return await sampler.sample({ from: 0, to: rows }, {})
}

const share = (values: ArrayLike<number>, holds: (value: number) => boolean): number =>
  Array.from(values).filter(holds).length / values.length

function correlationOf(model: Copula, a: number, b: number): number {
  return model.correlation[a * model.latents.length + b] as number
}

function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (list: ArrayLike<number>) => Array.from(list).reduce((s, v) => s + v, 0) / a.length
  const [ma, mb] = [mean(a), mean(b)]
  const sum = (f: (i: number) => number) => Array.from(a).reduce((s, _, i) => s + f(i), 0)
  const da = (i: number) => (a[i] as number) - ma
  const db = (i: number) => (b[i] as number) - mb
  return sum((i) => da(i) * db(i)) / Math.sqrt(sum((i) => da(i) ** 2) * sum((i) => db(i) ** 2))
}

test('correlations behind levels, atoms and nulls are found as they were', () => {
  assert.deepEqual(
    fitted.latents.map(({ target, of }) => [target, of]),
    [
      [0, 'number'],
      [1, 'level'],
      [2, 'number'],
      [3, 'number'],
      [3, 'null'],
    ],
  )
  const near = (a: number, b: number, expected: number): void => {
    const found = Math.abs(correlationOf(fitted, a, b))
    assert.ok(Math.abs(found - Math.abs(expected)) < 0.03, `${a} ${b}: ${found}, ${expected}`)
  }
  near(0, 1, 0.7)
  near(0, 2, -0.5)
  near(1, 2, -0.35)
  near(0, 4, 0.6)
  assert.ok(correlationOf(fitted, 0, 2) < 0 && correlationOf(fitted, 0, 4) > 0)
})

test('shares, exact values, nulls and dependences of samples are those of the data', async () => {
  const [skewed, grades, gains, sizes] = await sample(fitted, targets)
  assert.ok(skewed && grades && gains && sizes)
  const [real0, real1, real2, real3] = targets.map((target) =>
    target.kind === 'numeric' ? target.values : target.codes,
  )
  assert.ok(real0 && real1 && real2 && real3)
  const same = (a: ArrayLike<number>, b: ArrayLike<number>, holds: (v: number) => boolean) =>
    assert.ok(Math.abs(share(a, holds) - share(b, holds)) < 0.012, String(holds))
  for (const level of [0, 1, 2, 3]) same(grades, real1, (code) => code === level)
  for (const limit of [30, 80, 150, 400]) same(skewed, real0, (value) => value <= limit)
  same(gains, real2, (value) => value === 0)
  same(gains, real2, (value) => value > 120)
  same(sizes, real3, Number.isNaN)
  const rank = (code: number) => [1, 3, 0, 2][code] as number
  const logged = (values: ArrayLike<number>) => Array.from(values, (v) => Math.log(v + 1))
  const pairs: [ArrayLike<number>, ArrayLike<number>, ArrayLike<number>, ArrayLike<number>][] = [
    [logged(skewed), Array.from(grades, rank), logged(real0), Array.from(real1, rank)],
    [logged(skewed), gains, logged(real0), real2],
    [
      logged(skewed),
      Array.from(sizes, (v) => Number(Number.isNaN(v))),
      logged(real0),
      Array.from(real3, (v) => Number(Number.isNaN(v))),
    ],
  ]
  for (const [a, b, c, d] of pairs) assert.ok(Math.abs(pearson(a, b) - pearson(c, d)) < 0.03)
  for (const gain of gains) assert.equal(gain, Math.round(gain * 10) / 10)
})

test('the same data and seed give the same copula, and row i is the same however ranges are cut', async () => {
  assert.deepEqual(fitCopula(example(), { seed: 1 }), fitted)
  const conditions = { levels: { grade: [0, 3] } }
  for (const asked of [{}, conditions]) {
    const shapes = targets.map(shapeOf)
    const sampler = createCopulaSampler(
      { ...fitted, targets: shapes },
      { seed: 2, conditions: asked },
    )
    const whole = await sampler.sample({ from: 0, to: 3 * GRID_ROWS }, {})
    for (const [from, to] of [
      [0, 1],
      [GRID_ROWS - 3, GRID_ROWS + 3],
      [17, 2 * GRID_ROWS + 1],
    ] as const)
      assert.deepEqual(
        await sampler.sample({ from, to }, {}),
        whole.map((column) => column.slice(from, to)),
      )
  }
})

test('conditions are met by every row, and what depends on them follows', async () => {
  const conditions = {
    levels: { grade: [1, 3] },
    ranges: { gain: { min: 90.05, max: 150 }, size: { min: 45, max: 52.9 } },
  }
  const [skewed, grades, gains, sizes] = await sample(fitted, targets, { conditions, rows: 5000 })
  assert.ok(skewed && grades && gains && sizes)
  assert.ok(grades.every((code) => code === 1 || code === 3))
  assert.ok(gains.every((gain) => gain >= 90.1 && gain <= 150))
  assert.ok(sizes.every((size) => size >= 45 && size <= 52))
  const upper = await sample(fitted, targets, { conditions: { levels: { grade: [1] } } })
  const [known] = targets as [Target & { kind: 'numeric' }, Target & { kind: 'category' }]
  const { codes } = targets[1] as Target & { kind: 'category' }
  const means = [
    share(upper[0] as Float64Array, (value) => value > 200),
    share(
      known.values.filter((_, row) => codes[row] === 1),
      (value) => value > 200,
    ),
  ] as const
  assert.ok(Math.abs(means[0] - means[1]) < 0.03, `${means[0]} ${means[1]}`)
  const nothing = { levels: { grade: [] } }
  await assert.rejects(sample(fitted, targets, { conditions: nothing }), /grade/)
  const outside = { ranges: { gain: { min: 5, max: 6 } } }
  await assert.rejects(sample(fitted, targets, { conditions: outside }), /gain/)
})

test('several conditions at once give what is left of rows without conditions', async () => {
  const correlation = Float64Array.of(1, 0.8, 0.8, 1)
  const mass = new Float64Array(100).fill(0.01)
  const places = Float64Array.from(mass, (_, at) => at)
  const latents = [0, 1].map((target) => {
    return { target, of: 'number' as const, from: places, to: places, mass }
  })
  const numbers = ['a', 'b'].map((name): Target => {
    return { kind: 'numeric', name, values: places, decimals: 0, min: 0, max: 99 }
  })
  const range = { min: 80, max: 99 }
  const both = { ranges: { a: range, b: range } }
  const model = { latents, correlation }
  const free = await sample(model, numbers, { rows: 100_000 })
  const asked = await sample(model, numbers, { rows: 20_000, conditions: both })
  const meets = (row: number) => [0, 1].every((at) => (free[at]?.[row] as number) >= range.min)
  for (const at of [0, 1]) {
    const left = Array.from(free[at] as Float64Array).filter((_, row) => meets(row))
    for (const limit of [84, 89, 94]) {
      const low = (value: number): boolean => value <= limit
      const [expected, found] = [share(left, low), share(asked[at] as Float64Array, low)]
      assert.ok(Math.abs(expected - found) < 0.02, `${at} ${limit}: ${found}, not ${expected}`)
    }
  }
})

test('what the model holds to be impossible is met all the same', async () => {
  const codes = Int32Array.from({ length: 1000 }, (_, row) => row % 5)
  const twin = (name: string): Target => ({ kind: 'category', name, codes, levels: 5 })
  const pair = [twin('a'), twin('b'), twin('c')]
  const model = fitCopula(pair, { seed: 1 })
  const free = await sample(model, pair, { rows: 5000 })
  assert.ok(share(free[0] as Int32Array, () => true) === 1)
  const agreeing = Array.from(free[0] as Int32Array).filter((code, row) => code === free[1]?.[row])
  assert.ok(agreeing.length > 4950, `${agreeing.length} of 5000 agree`)
  const conditions = { levels: { a: [0], b: [4] } }
  const [a, b] = await sample(model, pair, { rows: 2000, conditions })
  assert.ok(a?.every((code) => code === 0) && b?.every((code) => code === 4))
})

test('tables of no column, of one, of one value and of two rows have their samples', async () => {
  assert.deepEqual(await sample(fitCopula([], { seed: 1 }), []), [])
  const of = (values: number[]): Target => {
    const list = Float64Array.from(values)
    return {
      kind: 'numeric',
      name: `n${values.length}`,
      values: list,
      decimals: 0,
      ...rangeOf(list),
    }
  }
  const single = [of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])]
  const [column] = await sample(fitCopula(single, { seed: 1 }), single, { rows: 1000 })
  assert.deepEqual(new Set(column), new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
  for (const values of [
    [7, 7],
    [3, 9],
    [5, Number.NaN],
    [Number.NaN, Number.NaN],
  ]) {
    const small = [of(values), of(values), { ...of(values), name: 'third' }]
    const columns = await sample(fitCopula(small, { seed: 1 }), small, { rows: 50 })
    const { min = Number.NaN, max = Number.NaN } = small[0] as { min?: number; max?: number }
    for (const value of columns[0] as Float64Array)
      assert.ok(Number.isNaN(value) ? values.some(Number.isNaN) : value >= min && value <= max)
  }
})
