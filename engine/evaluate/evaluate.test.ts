import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeededRandom, shuffled } from '#engine/random/seeded-random.ts'
import { type Column, type Table, takeRows } from '#engine/table/table.ts'
import { categoryColumn, numberColumn, tableOf, textColumn } from '../testing/columns.ts'
import { peopleTable } from '../testing/people.ts'
import { type EvaluateOptions, evaluate } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'
import { renderEvaluation } from './report/report.ts'

const run = (real: Table, synthetic: Table, options: Partial<EvaluateOptions> = {}) =>
  evaluate(real, synthetic, { seed: 1, signal: new AbortController().signal, ...options })

const ROWS = 400
const real = peopleTable(ROWS, 1)
const another = peopleTable(ROWS, 2)
const bent = peopleTable(ROWS, 3, 1)
const holdout = peopleTable(ROWS, 4)
const copied = await run(real, real, { holdout })
const good = await run(real, another, { holdout })

/** Every number and every null in it, with where it is. */
function* leaves(value: unknown, path = ''): Generator<[string, unknown]> {
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}/${key}`)
  else yield [path, value]
}

function assertFinite(evaluation: Evaluation): void {
  for (const [path, value] of leaves(evaluation))
    if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`)
}

test('a table is like itself in every score', () => {
  assert.equal(copied.quality.all_pairs, 1)
  assert.equal(copied.quality.thresholded, 1)
  for (const { p_value } of copied.tests) assert.equal(p_value, 1)
  for (const { missing, coverage, adherence } of copied.adherence)
    assert.deepEqual([missing, coverage, adherence], [1, 1, 1])
  assert.deepEqual(copied.associations.real, copied.associations.synthetic)
  assert.equal(copied.associations.distance, 0)
  for (const overlay of copied.overlays) assert.deepEqual(overlay.real, overlay.synthetic)
})

test('a copy is found out by every attack, and the verdict says so', () => {
  const { identical, distance, membership, overfitting, singling_out, neighbour_ratio } =
    copied.privacy
  assert.equal(identical.synthetic, 1)
  assert.equal(distance.synthetic.median, 0)
  assert.ok((membership?.advantage ?? 0) > 0.9, JSON.stringify(membership))
  assert.ok((overfitting?.protection ?? 1) < 0.1)
  assert.ok((singling_out?.risk ?? 0) > 0.5, JSON.stringify(singling_out))
  assert.ok((neighbour_ratio.synthetic.median ?? 1) === 0)
  assert.equal(copied.verdict.privacy.grade, 'poor')
  assert.equal(copied.privacy.score, 0)
})

test('a second sample of the same law is as good as the ceiling, and no attack gains by it', () => {
  const { quality, ceiling, privacy, detection, utility, verdict } = good
  assert.ok((quality.all_pairs as number) > 0.9)
  assert.ok(Math.abs((good.shapes.score as number) - (ceiling.shapes as number)) < 0.05)
  assert.ok(Math.abs((detection.boosted_trees.auc as number) - 0.5) < 0.08)
  assert.ok(Math.abs((utility?.trained_on_real ?? 0) - (utility?.trained_on_synthetic ?? 1)) < 0.05)
  assert.equal(utility?.target, 'active')
  assert.ok(Math.abs(privacy.membership?.advantage ?? 1) < 0.1, JSON.stringify(privacy.membership))
  assert.ok(Math.abs((privacy.overfitting?.share ?? 0) - 0.5) < 0.1)
  assert.deepEqual([verdict.quality.grade, verdict.privacy.grade], ['good', 'good'])
  assert.ok((privacy.score ?? 0) > 0.85, `${privacy.score}`)
})

test('of a few rows nothing good is said that nobody can know', async () => {
  const few = (seed: number) => peopleTable(12, seed)
  const { verdict } = await run(few(1), few(2), { holdout: few(4) })
  const sentences = [...verdict.quality.sentences, ...verdict.privacy.sentences]
  const known = sentences.filter(({ grade }) => grade !== 'unknown').map(({ text }) => text)
  for (const text of known) assert.match(text, /^(Levels|\d)/)
  for (const { grade, text } of sentences)
    assert.equal(grade === 'unknown', text.endsWith('too few rows to tell.'), text)
  assert.match(renderEvaluation(await run(real, another)), /good<\/strong>, as far as is known/)
})

test('of a target that nothing tells no usefulness is said', async () => {
  const chance = (seed: number): Table => {
    const random = createSeededRandom(seed, 'chance')
    const each = <T>(draw: () => T): T[] => Array.from({ length: 600 }, draw)
    const numbers = each(() => random.below(100))
    const letters = each(() => 'xy'.charAt(random.below(2)))
    return tableOf([numberColumn('a', numbers), categoryColumn('b', letters)])
  }
  const { verdict } = await run(chance(1), chance(2))
  const sentence = verdict.quality.sentences.find(({ text }) => text.includes('“b”'))
  assert.equal(sentence?.grade, 'unknown')
  assert.match(sentence.text, /name another target/)
})

test('a table whose columns hang together otherwise scores less', async () => {
  const worse = await run(real, bent, { holdout })
  assert.ok((worse.trends.all_pairs as number) < (good.trends.all_pairs as number) - 0.02)
  const income = worse.tests.find(({ column }) => column === 'income')
  assert.ok((income?.p_value as number) < 1e-6)
})

test('the order of rows changes no score of columns and pairs', async () => {
  const rows = shuffled(ROWS, createSeededRandom(9, 'order'))
  const moved = await run(takeRows(real, rows), takeRows(another, rows))
  const close = (a: unknown, b: unknown): void => {
    const values = [...leaves(b)]
    for (const [at, [path, value]] of [...leaves(a)].entries()) {
      const other = values[at]?.[1]
      if (typeof value !== 'number') assert.equal(value, other, path)
      else
        assert.ok(Math.abs(value - (other as number)) < 1e-9, `${path}: ${value}, ${String(other)}`)
    }
  }
  for (const key of ['shapes', 'trends', 'tests', 'adherence', 'associations'] as const)
    close(moved[key], good[key])
})

test('disjoint columns score 0', async () => {
  const side = (from: number, levels: string[]) =>
    tableOf([
      numberColumn(
        'x',
        Array.from({ length: 40 }, (_, i) => from + i),
      ),
      categoryColumn(
        'c',
        Array.from({ length: 40 }, (_, i) => levels[i % 2] as string),
      ),
    ])
  const { shapes, detection, adherence } = await run(side(0, ['a', 'b']), side(1000, ['y', 'z']))
  for (const { score } of shapes.columns) assert.ok((score as number) < 1e-6)
  assert.equal(detection.logistic_regression.auc, 1)
  assert.deepEqual(
    adherence.map((scores) => scores.adherence),
    [0, 0],
  )
})

test('the same arguments give the same evaluation, another seed other draws', async () => {
  assert.deepEqual(await run(real, another, { holdout }), good)
  const other = await run(real, another, { holdout, seed: 2 })
  assert.notDeepEqual(other.detection, good.detection)
  assert.deepEqual(other.shapes, good.shapes)
})

test('fewer rows are drawn above the limit', async () => {
  const { privacy, utility } = await run(real, another, { holdout, maxRows: 200 })
  assert.deepEqual(privacy.rows, { synthetic: 200, real: 200, control: 200 })
  assert.equal(utility?.rows.real, 200)
})

test('personal values, ids and texts are judged and never shown', async () => {
  const secret = (i: number) => `secret ${i}`
  const texts = (from: number) => Array.from({ length: 60 }, (_, i) => secret(from + i))
  const table = (from: number) =>
    tableOf([
      textColumn('key', texts(from), { type: 'id' }),
      textColumn('mail', texts(from), { semantic: 'email' }),
      categoryColumn(
        'first',
        texts(from).map((text) => text.slice(0, 9)),
        { semantic: 'first_name' },
      ),
      textColumn('notes', texts(from)),
      numberColumn(
        'x',
        Array.from({ length: 60 }, (_, i) => i % 7),
      ),
      categoryColumn(
        'rare',
        Array.from({ length: 60 }, (_, i) => (i === 5 ? 'secret rare' : 'often')),
      ),
    ])
  const evaluation = await run(table(0), table(30))
  assert.ok(!JSON.stringify(evaluation).includes('secret'))
  assert.deepEqual(evaluation.columns.measured, ['x', 'rare'])
  assert.deepEqual(
    evaluation.columns.left_out.map(({ reason }) => reason),
    ['id', 'personal', 'personal', 'text'],
  )
  const columns = table(30).columns.filter(({ field: { name } }) => name !== 'notes')
  const without = await run(table(0), { ...table(30), columns })
  assert.deepEqual(without.columns, evaluation.columns)
  assert.deepEqual(evaluation.keys, [{ column: 'key', real: 1, synthetic: 1 }])
  for (const { column, copied: share } of evaluation.privacy.copied_values)
    if (column !== 'first') assert.equal(share, 0.5, column)
  assert.deepEqual(evaluation.privacy.rare_levels, [
    { column: 'rare', rare_levels: 1, shown: 1, rows: 1 },
  ])
})

test('no rows, one row, constants, nulls and columns that differ in kind are compared without failing', async () => {
  const odd = (rows: number): Table =>
    tableOf([
      numberColumn(
        'x',
        Array.from({ length: rows }, (_, i) => i),
      ),
      numberColumn('same', new Array(rows).fill(4)),
      numberColumn('nothing', new Array(rows).fill(null)),
      categoryColumn('level', new Array(rows).fill('one')),
      categoryColumn('none', new Array(rows).fill(null)),
      textColumn('empty', new Array(rows).fill(null)),
    ])
  const kinds = (column: Column): Table => tableOf([column])
  for (const rows of [0, 1, 2, 3, 50])
    for (const others of [0, 1, 50])
      assertFinite(await run(odd(rows), odd(others), { holdout: odd(others) }))
  const mixed = await run(
    kinds(numberColumn('a', [1, 2, 3, null])),
    kinds(categoryColumn('a', ['1', '2', '9'])),
  )
  assertFinite(mixed)
  assert.equal(mixed.shapes.columns[0]?.metric, 'TVComplement')
  const lacking = await run(real, kinds(numberColumn('other', [1])))
  assert.deepEqual(lacking.columns.measured, [])
  assertFinite(lacking)
})

test('any small tables are evaluated to finite figures', async () => {
  const cells = fc.array(
    fc.record({
      x: fc.option(fc.integer({ min: -3, max: 3 })),
      y: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })),
      c: fc.option(fc.constantFrom('a', 'b', 'constructor', '__proto__')),
    }),
    { maxLength: 25 },
  )
  const table = (rows: { x: number | null; y: number | null; c: string | null }[]): Table =>
    tableOf([
      numberColumn(
        'x',
        rows.map(({ x }) => x),
      ),
      numberColumn(
        'y',
        rows.map(({ y }) => y),
      ),
      categoryColumn(
        'c',
        rows.map(({ c }) => c),
      ),
    ])
  await fc.assert(
    fc.asyncProperty(cells, cells, fc.option(cells), async (a, b, h) => {
      const evaluation = await run(table(a), table(b), h ? { holdout: table(h) } : {})
      assertFinite(evaluation)
      const scores = [...evaluation.shapes.columns, ...evaluation.trends.pairs].map(
        ({ score }) => score,
      )
      for (const score of scores) assert.ok(score === null || (score >= 0 && score <= 1))
    }),
    { numRuns: 40 },
  )
})

test('an evaluation that is not wanted any more ends', async () => {
  const abort = new AbortController()
  const ended = run(real, another, { signal: abort.signal })
  abort.abort()
  await assert.rejects(ended, { code: 'cancelled' })
})
