import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from '#engine/compile.ts'
import type { ResolvedColumn, Rule, Scalar } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { createAlias } from '#engine/random/alias.ts'
import { createPermutation } from '#engine/random/feistel.ts'
import { streamKey } from '#engine/random/key.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, range, table } from '#engine/testing/configs.ts'
import { slugOf } from './slug.ts'

const ROWS = 40_000

function draw(
  type: ResolvedColumn['type'],
  rule: Rule,
  more: Partial<ResolvedColumn> = {},
  rows = ROWS,
): Scalar[] {
  return valuesOf(configOf([table('t', rows, [column('x', type, rule, more)])]), 't', 'x')
}

/** Chi-square of counts against expected shares; far above the degrees of freedom means another law. */
function chiSquare(values: Scalar[], shares: Map<Scalar, number>): number {
  const counts = new Map<Scalar, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  assert.deepEqual(
    [...counts.keys()].filter((value) => !shares.get(value)),
    [],
  )
  let sum = 0
  for (const [value, share] of shares) {
    const expected = share * values.length
    if (expected > 0) sum += ((counts.get(value) ?? 0) - expected) ** 2 / expected
  }
  return sum
}

test('permutations are one to one for any size', () => {
  const stream = { key: streamKey(1, 't', 'c'), draw: 0 }
  for (const size of [1, 2, 3, 5, 64, 1000, 65_537]) {
    const permute = createPermutation(size, stream)
    const seen = new Set(Array.from({ length: size }, (_, k) => permute(k)))
    assert.equal(seen.size, size)
    assert.ok([...seen].every((value) => value >= 0 && value < size))
  }
  const huge = createPermutation(2 ** 53 - 1, stream)
  assert.equal(new Set(Array.from({ length: 10_000 }, (_, k) => huge(k))).size, 10_000)
})

test('alias tables hold the weights exactly', () => {
  const weight = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
  const lists = fc.array(weight, { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(
      lists.filter((list) => list.some((value) => value > 0)),
      (weights) => {
        const { thresholds, aliases } = createAlias(weights)
        const shares = weights.map(() => 0)
        thresholds.forEach((threshold, cell) => {
          shares[cell] = (shares[cell] ?? 0) + threshold
          const alias = aliases[cell] ?? 0
          shares[alias] = (shares[alias] ?? 0) + 2 ** 32 - threshold
        })
        const total = weights.reduce((sum, value) => sum + value, 0)
        weights.forEach((value, k) => {
          const share = (shares[k] ?? 0) / (weights.length * 2 ** 32)
          assert.ok(Math.abs(share - value / total) < 1e-8)
          if (value === 0) assert.equal(share, 0)
        })
      },
    ),
  )
})

test('weighted and unweighted choices have their shares', () => {
  const values = ['a', 'b', 'c', null]
  const weighted = draw('str', { type: 'choice', values, weights: [1, 2, 6, 1] })
  const shares = new Map<Scalar, number>([
    ['a', 0.1],
    ['b', 0.2],
    ['c', 0.6],
    [null, 0.1],
  ])
  assert.ok(chiSquare(weighted, shares) < 20)
  const numbers = draw('int', { type: 'choice', values: [3, 1, 2], weights: null })
  assert.ok(
    chiSquare(
      numbers,
      new Map([
        [1, 1 / 3],
        [2, 1 / 3],
        [3, 1 / 3],
      ]),
    ) < 20,
  )
  const flags = draw('bool', { type: 'boolean', probability: 0.3 })
  assert.ok(
    chiSquare(
      flags,
      new Map([
        [true, 0.3],
        [false, 0.7],
      ]),
    ) < 12,
  )
})

test('ranges reach both ends and every step between', () => {
  const shares = (list: number[]) =>
    new Map<Scalar, number>(list.map((value) => [value, 1 / list.length]))
  assert.ok(chiSquare(draw('int', range(-2, 3)), shares([-2, -1, 0, 1, 2, 3])) < 25)
  const stepped: Rule = { type: 'range', min: 0, max: 1, step: 0.25, decimals: 2 }
  assert.ok(chiSquare(draw('decimal', stepped), shares([0, 0.25, 0.5, 0.75, 1])) < 25)
  assert.ok(chiSquare(draw('float', stepped), shares([0, 0.25, 0.5, 0.75, 1])) < 25)
  const wide = draw('int', range(0, 2 ** 53 - 2), {}, 2000) as number[]
  assert.ok(wide.every(Number.isSafeInteger) && new Set(wide).size === 2000)
})

test('unique values never repeat and use their whole capacity', () => {
  const unique = { unique: true }
  assert.equal(new Set(draw('int', range(1, 5000), unique, 5000)).size, 5000)
  assert.equal(new Set(draw('decimal', range(0, 9.99, 2), unique, 1000)).size, 1000)
  assert.equal(new Set(draw('date', { type: 'date', min: 0, max: 364 }, unique, 365)).size, 365)
  assert.equal(new Set(draw('str', { type: 'phone', locale: 'en' }, unique, 20_000)).size, 20_000)
  assert.equal(
    new Set(draw('str', { type: 'full_name', locale: 'en' }, unique, 20_000)).size,
    20_000,
  )
  assert.equal(new Set(draw('str', { type: 'first_name', locale: 'en' }, unique, 2000)).size, 2000)
})

test('a million unique emails', () => {
  const mail = column('x', 'str', { type: 'email', locale: 'en', from: [] }, { unique: true })
  const config = configOf([table('t', 1_000_000, [mail])])
  const out = new Output(2 ** 28)
  compile(config, planConfig(config)).table('t').write(0, 1_000_000, out)
  const lines = new TextDecoder().decode(out.bytes()).split('\n')
  assert.equal(new Set(lines).size, 1_000_002)
  assert.match(lines[1] ?? '', /^[a-z]+\.[a-z]+[0-9]+@example\.(com|net|org)$/)
})

test('emails from columns agree with them and stay unique', () => {
  const columns = [
    column('first', 'str', { type: 'choice', values: ['Zoë', "D'Arcy"], weights: null }),
    column('last', 'str', { type: 'constant', value: 'Müller' }, { nullable: { rate: 0.5 } }),
    column(
      'mail',
      'str',
      { type: 'email', locale: 'en', from: ['first', 'last'] },
      { unique: true },
    ),
  ]
  const config = configOf([table('t', 3000, columns)])
  const mails = valuesOf(config, 't', 'mail') as string[]
  const last = valuesOf(config, 't', 'last')
  assert.equal(new Set(mails).size, 3000)
  mails.forEach((mail, row) => {
    const expected = last[row] === null ? /^(zoe|darcy)\.\d+@/ : /^(zoe|darcy)\.muller\.\d+@/
    assert.match(mail, expected)
  })
  assert.deepEqual(['Łukasz', 'Straße', 'Ольга', '田'].map(slugOf), [
    'lukasz',
    'strasse',
    'olga',
    '',
  ])
})

test('normal and lognormal have their moments and keep their bounds', () => {
  const law = { mean: 10, stddev: 3, min: null, max: null, decimals: 4 }
  const values = draw('float', { type: 'normal', ...law }) as number[]
  const mean = values.reduce((sum, value) => sum + value, 0) / ROWS
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ROWS
  assert.ok(Math.abs(mean - 10) < 0.06 && Math.abs(Math.sqrt(variance) - 3) < 0.05)
  const below = values.filter((value) => value < 7).length / ROWS
  assert.ok(Math.abs(below - 0.158655) < 0.008)
  const tail = draw('float', { type: 'normal', ...law, min: 25, max: 26 }) as number[]
  assert.ok(tail.every((value) => value >= 25 && value <= 26) && new Set(tail).size > 1000)
  const whole = draw('int', { type: 'normal', ...law, min: 8, max: 12, decimals: 0 }) as number[]
  assert.deepEqual(
    [...new Set(whole)].sort((a, b) => a - b),
    [8, 9, 10, 11, 12],
  )
  const logs = draw('decimal', {
    type: 'lognormal',
    mean: 2,
    stddev: 1,
    min: 1,
    max: 50,
    decimals: 2,
  }) as number[]
  assert.ok(logs.every((value) => value >= 1 && value <= 50))
  const median = logs.toSorted((a, b) => a - b)[ROWS / 2] ?? 0
  assert.ok(median > 6 && median < 8)
})

test('uuids are version 4 and all different', () => {
  const ids = draw('uuid', { type: 'uuid', version: 4 }) as string[]
  assert.equal(new Set(ids).size, ROWS)
  assert.ok(
    ids.every((id) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
    ),
  )
})

test('phones follow a pattern of their locale', () => {
  const phones = draw('str', { type: 'phone', locale: 'en' }, {}, 2000) as string[]
  assert.ok(phones.every((phone) => /^\([2-9]\d\d\) [2-9]\d\d-\d{4}$/.test(phone)))
  assert.equal(
    new Set(draw('str', { type: 'phone', locale: 'de' }, {}, 2000).map((p) => String(p).length))
      .size,
    3,
  )
})

test('columns that need each other are refused, and so are values of the wrong type', () => {
  const circle = [column('a', 'int', expression('b')), column('b', 'int', expression('a'))]
  assert.throws(() => valuesOf(configOf([table('t', 1, circle)]), 't', 'a'), {
    code: 'invalid_config',
  })
  const wrong = [column('a', 'int', { type: 'city', locale: 'en' })]
  assert.throws(() => valuesOf(configOf([table('t', 1, wrong)]), 't', 'a'), {
    code: 'invalid_config',
  })
})
