import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Per } from '#engine/config/entity-rules.ts'
import type { Rule } from '#engine/config/types.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'
import { assertRandomAccess, fileOfAnyCut } from '#engine/testing/cuts.ts'
import { problemsOf } from '#engine/testing/problems-of.ts'
import { resolveText } from '#engine/testing/resolve.ts'
import { reflected } from './walk.ts'

const WALK = { type: 'walk', start: 0, drift: 0, stddev: 1, min: null, max: null } as const

function walkOf(rule: Partial<Extract<Rule, { type: 'walk' }>>, rows: number, per: Per = null) {
  const x = column('x', 'float', { ...WALK, decimals: 9, per, ...rule })
  return configOf([table('t', rows, [x])])
}

const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length

test('the steps of a walk are independent normal numbers, at every distance', () => {
  const rows = 40_000
  const values = valuesOf(walkOf({ drift: 0.25, stddev: 2 }, rows), 't', 'x').map(Number)
  const steps = values.slice(1).map((value, k) => value - (values[k] ?? 0) - 0.25)
  assert.equal(values[0], 0)
  assert.ok(Math.abs(mean(steps)) < 4 * (2 / Math.sqrt(rows)))
  assert.ok(Math.abs(mean(steps.map((x) => x * x)) - 4) < 4 * 4 * Math.sqrt(2 / rows))
  assert.ok(Math.abs(mean(steps.map((x) => x ** 4)) - 48) < 4)
  for (const lag of [1, 2, 3, 4, 8, 16, 64, 1000]) {
    const products = steps.slice(lag).map((x, k) => x * (steps[k] ?? 0))
    assert.ok(Math.abs(mean(products)) < 4.5 * (4 / Math.sqrt(products.length)), `lag ${lag}`)
  }
})

test('walks of different entities and columns have nothing to do with each other', () => {
  const per = { rows: 50 }
  const rule: Rule = { ...WALK, decimals: 9, per }
  const columns = [column('x', 'float', rule), column('y', 'float', rule)]
  const config = configOf([table('t', 50 * 2000, columns)])
  const [x, y] = ['x', 'y'].map((name) => valuesOf(config, 't', name).map(Number)) as [
    number[],
    number[],
  ]
  const ends = (list: number[]) =>
    Array.from({ length: 2000 }, (_, k) => (list[k * 50 + 49] ?? 0) / 7)
  const [a, b] = [ends(x), ends(y)]
  assert.ok(Math.abs(mean(a.map((value) => value * value)) - 1) < 0.15)
  assert.ok(Math.abs(mean(a.map((value, k) => value * (b[k] ?? 0)))) < 0.1)
  assert.ok(Math.abs(mean(a.slice(1).map((value, k) => value * (a[k] ?? 0)))) < 0.1)
})

test('a walk can be entered anywhere, however long it is, and is the same in any cut', () => {
  for (const per of [null, { rows: 1 }, { rows: 7 }, { rows: 900 }]) {
    const config = walkOf({ min: -5, max: 5, season: { period: 24, amplitude: 3 } }, 2500, per)
    fileOfAnyCut(config, 't')
    assertRandomAccess(config, 't', 'x')
  }
  const huge = walkOf({}, 1e15)
  const far = valuesOf(huge, 't', 'x', 9e14, 9e14 + 40)
  assert.deepEqual(far.slice(17, 20), valuesOf(huge, 't', 'x', 9e14 + 17, 9e14 + 20))
  assert.ok(Math.abs(Number(far[1]) - Number(far[0])) < 8)
})

test('bounds hold and season comes round', () => {
  const values = valuesOf(
    walkOf({ start: 1, drift: 0.5, stddev: 3, min: 0, max: 10, decimals: 2 }, 5000),
    't',
    'x',
  ).map(Number)
  assert.ok(values.every((value) => value >= 0 && value <= 10))
  assert.ok(Math.min(...values) < 0.2 && Math.max(...values) > 9.8)
  const wave = walkOf({ stddev: 0, season: { period: 8, amplitude: 10 }, decimals: 2 }, 17)
  assert.deepEqual(
    valuesOf(wave, 't', 'x').slice(0, 9),
    [0, 7.07, 10, 7.07, 0, -7.07, -10, -7.07, 0],
  )
  const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(bound, bound, bound, (value, a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)]
      const inside = reflected(value, min, max)
      assert.ok(inside >= min && inside <= max)
      if (value >= min && value <= max) assert.ok(Math.abs(inside - value) <= 1e-8)
      assert.ok(reflected(value, min, null) >= min && reflected(value, null, max) <= max)
    }),
  )
})

const CHAIN = `{type: state, initial: {a: 3, b: 1}, transitions: {a: {a: 0.5, b: 0.5}, b: {a: 0.2, c: 0.8}, c: {a: 0.3, d: 0.1, c: 0.6}}`
const chainOf = (rows: number, per: string) =>
  resolveText(`{seed: 9, tables: [{name: t, rows: ${rows}, columns: [
    {name: x, type: str, rule: ${CHAIN}${per}}}]}]}`)

test('states follow each other as often as their weights say, and end in terminal ones', () => {
  const per = 12
  const config = chainOf(per * 5000, `, per: ${per}`)
  const states = valuesOf(config, 't', 'x').map(String)
  const counts = new Map<string, number>()
  for (const [row, state] of states.entries()) {
    const key = row % per === 0 ? `>${state}` : `${states[row - 1]}${state}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const shares: Record<string, Record<string, number>> = {
    '>': { a: 0.75, b: 0.25 },
    a: { a: 0.5, b: 0.5 },
    b: { a: 0.2, c: 0.8 },
    c: { a: 0.3, d: 0.1, c: 0.6 },
    d: { d: 1 },
  }
  for (const [from, targets] of Object.entries(shares)) {
    const total = [...counts].reduce((sum, [key, n]) => sum + (key.startsWith(from) ? n : 0), 0)
    for (const to of 'abcd') {
      const share = targets[to] ?? 0
      const expected = total * share
      const sigma = Math.sqrt(total * share * (1 - share))
      assert.ok(Math.abs((counts.get(from + to) ?? 0) - expected) <= 4.5 * sigma, from + to)
    }
  }
})

test('a chain forgets what lies behind its last state', () => {
  const states = valuesOf(chainOf(60_000, ', per: 6'), 't', 'x').map(String)
  const after = { a: { n: 0, toA: 0 }, b: { n: 0, toA: 0 } }
  for (let row = 2; row < states.length; row++) {
    const before = states[row - 2]
    if (row % 6 < 2 || states[row - 1] !== 'a' || (before !== 'a' && before !== 'b')) continue
    after[before].n++
    if (states[row] === 'a') after[before].toA++
  }
  for (const { n, toA } of Object.values(after)) {
    assert.ok(n > 1000 && Math.abs(toA / n - 0.5) < 4.5 * Math.sqrt(0.25 / n))
  }
})

test('chains can be entered anywhere and are the same in any cut', () => {
  for (const per of ['', ', per: 1', ', per: 13', ', per: 800']) {
    const config = chainOf(2500, per)
    fileOfAnyCut(config, 't')
    assertRandomAccess(config, 't', 'x')
  }
  const far = chainOf(1e12, ', per: 100000000000')
  assert.deepEqual(new Set(valuesOf(far, 't', 'x', 9.5e11, 9.5e11 + 20)), new Set(['d']))
})

test('what a walk or a chain cannot be is named', () => {
  assert.deepEqual(problemsOf('type: int, rule: {type: walk, start: 5, min: 6}'), [
    { path: '/rule/start', message: 'start 5 is outside the bounds' },
  ])
  assert.deepEqual(
    problemsOf('type: int, rule: {type: walk, min: 6, max: 6}')[0]?.path,
    '/rule/min',
  )
  const chain = (rule: string) => problemsOf(`type: str, rule: {type: state, ${rule}}`)
  assert.deepEqual(chain('initial: z, transitions: {a: b}'), [
    { path: '/rule/initial', message: '"z" has no transitions' },
  ])
  assert.deepEqual(chain('transitions: {a: {b: 0}}'), [
    { path: '/rule/transitions/a', message: 'All weights are 0' },
  ])
})
