import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReport } from '#engine/config/problem.ts'
import { peopleModel } from '#engine/testing/small-model.ts'
import { learnedConfig } from './learned-config.ts'
import { openModel } from './model.ts'
import { ALGORITHMS } from './model-file.ts'
import type { Conditions, SampledColumn } from './sampled.ts'
import { comparisonsOf } from './written-conditions.ts'

const files = await Promise.all(ALGORITHMS.map((algorithm) => peopleModel(algorithm)))
const models = files.map((file) => openModel(file))
const ROWS = 600

/** Numbers of a column of sampled rows, and what the sampler says of them. */
async function draw(model: (typeof models)[number], conditions: Conditions, cuts = [0, ROWS]) {
  const sampler = await model.createSampler({ seed: 2, conditions })
  const parts: SampledColumn[][] = []
  for (const [i, to] of cuts.slice(1).entries())
    parts.push(await sampler.sample({ from: cuts[i] as number, to }, {}))
  await sampler.release()
  const columns = model.targets.map((_, at) => parts.flatMap((part) => [...(part[at] ?? [])]))
  const valuesOf = (name: string): number[] =>
    columns[model.targets.findIndex((target) => target.name === name)] ?? []
  return { columns, valuesOf, tally: sampler.tally() }
}

for (const [at, model] of models.entries())
  test(`${ALGORITHMS[at]}: every row is null where that is asked, however rows are cut`, async () => {
    const nulls: Conditions = { nulls: ['score'], levels: { plan: [1] } }
    const { columns, valuesOf, tally } = await draw(model, nulls)
    assert.ok(valuesOf('score').every((value) => Number.isNaN(value)))
    assert.ok(valuesOf('plan').every((code) => code === 1))
    assert.ok(new Set(valuesOf('age')).size > 5)
    const isDrawnAgain = model.algorithm === 'ctgan' || model.algorithm === 'tvae'
    assert.equal(tally.drawn > 0, isDrawnAgain)
    assert.ok(!isDrawnAgain || (tally.met >= ROWS && tally.met < tally.drawn))
    assert.deepEqual((await draw(model, nulls, [0, 130, 399, ROWS])).columns, columns)
    const values: Conditions = { ranges: { score: { min: -1e9, max: 1e9 } } }
    assert.ok(!(await draw(model, values)).valuesOf('score').some((value) => Number.isNaN(value)))
    const opening = model.createSampler({ seed: 1, conditions: { nulls: ['age'] } })
    await assert.rejects(opening, { code: 'invalid_request', message: /age/ })
  })

const [model] = models as [(typeof models)[number]]
const asked = (conditions: unknown, bounds?: unknown) =>
  learnedConfig(model, { rows: 10, now: 0, conditions, bounds }).resolved.tables[0]?.learned
    ?.conditions

test('nulls are asked for in every form', () => {
  const score = model.targets.find(({ name }) => name === 'score')
  assert.ok(score?.kind === 'numeric')
  const { min, max } = score
  for (const form of [
    { score: null },
    'score is null',
    [{ column: 'score', operator: 'is_null' }],
    [{ score: [null] }],
  ])
    assert.deepEqual(asked(form), { nulls: ['score'] }, JSON.stringify(form))
  for (const form of [{ score: { not: null } }, 'score is not null'])
    assert.deepEqual(asked(form), { ranges: { score: { min, max } } }, JSON.stringify(form))
  assert.deepEqual(asked({ score: [5, null] }), {
    ranges: { score: { min: 5, max: 5, nulls: true } },
  })
  assert.deepEqual(asked({ score: null }, { score: { min: 0 } }), { nulls: ['score'] })
  assert.deepEqual(asked({ kind: null }), { levels: { kind: [2] } })
  assert.deepEqual(asked({ kind: ['c', null] }), { levels: { kind: [1, 2] } })
  assert.deepEqual(asked({ kind: { not: null } }), { levels: { kind: [0, 1] } })
  assert.deepEqual(asked({ kind: { not: ['c', null] } }), { levels: { kind: [0] } })
})

test('nulls that are never there, or beside values of the same column, are refused at their place', () => {
  const problemsOf = (conditions: unknown): string[] => {
    try {
      asked(conditions)
      return []
    } catch (error) {
      const { problems } = error as { problems: { path: string; message: string }[] }
      return problems.map(({ path, message }) => `${path} ${message}`)
    }
  }
  assert.match(problemsOf({ age: null }).join(), /^\/conditions\/age .*never null/)
  assert.match(problemsOf({ plan: [null] }).join(), /^\/conditions\/plan/)
  assert.match(problemsOf('score is null and score > 3').join(), /^\/conditions No value of/)
  assert.match(problemsOf({ email: null }).join(), /^\/conditions\/email/)
  const report = createReport()
  assert.deepEqual(comparisonsOf({ not: { not: null } }, '/conditions', report), [
    {
      comparison: { column: 'not', operator: 'is_not_null', value: null },
      path: '/conditions/not',
    },
  ])
})
