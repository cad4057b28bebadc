import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from './config/parse.ts'
import { resolveConfig } from './config/resolve.ts'
import type { Scalar } from './config/types.ts'
import { fileOf, valuesOf } from './testing/bytes.ts'
import { resolveText } from './testing/resolve.ts'

const ROWS = 20_000

const table = (constraints: string, ...columns: string[]) => `
tables:
  - name: t
    rows: ${ROWS}
    constraints: [${constraints}]
    columns:
${columns.map((column) => `      - {${column}}`).join('\n')}
`

const columnsOf = <T extends Scalar>(text: string, ...names: string[]): T[][] => {
  const config = resolveText(text)
  return names.map((name) => valuesOf(config, 't', name) as T[])
}

const holds = (low: Scalar[], high: Scalar[], test: (a: number, b: number) => boolean) =>
  low.every((a, i) => a === null || high[i] === null || test(Number(a), Number(high[i])))

test('a check of two columns holds in every row, within the bounds of both', () => {
  const text = table(
    '{check: "a < b"}, {check: "d2 >= d1"}, {check: "f > g and g > 0.5"}',
    'name: a, type: int, rule: {type: range, min: 1, max: 20}',
    'name: b, type: int, rule: {type: range, min: 5, max: 12}',
    'name: d1, type: date, rule: {type: date, min: "2025-01-01", max: "2025-01-31"}, nullable: 0.2',
    'name: d2, type: date, rule: {type: date, min: "2024-12-01", max: "2025-01-20"}',
    'name: f, type: float, rule: {type: range, min: 0, max: 1}',
    'name: g, type: float, rule: {type: normal, mean: 0.5, stddev: 1, max: 3, decimals: 2}',
  )
  const [a = [], b = [], d1 = [], d2 = [], f = [], g = []] = columnsOf(
    text,
    'a',
    'b',
    'd1',
    'd2',
    'f',
    'g',
  )
  assert.ok(holds(a, b, (x, y) => x < y))
  assert.deepEqual([Math.min(...(a as number[])), Math.max(...(a as number[]))], [1, 11])
  assert.deepEqual([Math.min(...(b as number[])), Math.max(...(b as number[]))], [5, 12])
  assert.ok(d1.every((day, i) => day === null || String(day) <= String(d2[i])))
  assert.ok(d1.filter((day) => day === null).length > ROWS / 10)
  assert.ok(d2.every((day) => String(day) >= '2025-01-01' && String(day) <= '2025-01-20'))
  assert.ok(holds(g, f, (x, y) => x < y && x > 0.5 && y <= 1))
})

test('two draws of one law are ordered as order statistics are', () => {
  const rule = 'rule: {type: range, min: 0, max: 999}'
  const text = table(
    '{sorted: [a, b, c]}',
    ...['a', 'b', 'c'].map((name) => `name: ${name}, type: int, ${rule}`),
  )
  const [a = [], b = [], c = []] = columnsOf<number>(text, 'a', 'b', 'c')
  assert.ok(holds(a, b, (x, y) => x <= y) && holds(b, c, (x, y) => x <= y))
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  for (const [k, values] of [a, b, c].entries()) {
    assert.ok(Math.abs(mean(values) - (999 * (k + 1)) / 4) < 8, `${k}: ${mean(values)}`)
  }
})

test('any comparisons without a circle are met', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const pair = fc.tuple(fc.nat(4), fc.nat(4), fc.constantFrom('<', '<=', '>', '>='))
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 8 }), fc.integer(), (pairs, seed) => {
      const written = pairs
        .filter(([i, j]) => i !== j)
        .map(([i, j, operator]): [string, string, string] => {
          // Columns later in the list are the higher ones.
          const [low, high] = i < j ? [names[i], names[j]] : [names[j], names[i]]
          return operator.startsWith('<')
            ? [`${low}`, operator, `${high}`]
            : [`${high}`, operator, `${low}`]
        })
      if (written.length === 0) return
      const checks = written.map((one) => `{check: "${one.join(' ')}"}`).join(', ')
      const bounds = (k: number) =>
        `min: ${Math.abs((seed * (k + 3)) % 20)}, max: ${40 + Math.abs((seed * (k + 7)) % 30)}`
      const columns = names.map(
        (name, k) => `name: ${name}, type: int, rule: {type: range, ${bounds(k)}}`,
      )
      const config = resolveText(table(checks, ...columns).replace(`${ROWS}`, '200'))
      const values = new Map(names.map((name) => [name, valuesOf(config, 't', name) as number[]]))
      for (const [left, operator, right] of written) {
        const [x = [], y = []] = [values.get(left), values.get(right)]
        const ok = { '<': (a: number, b: number) => a < b, '<=': (a: number, b: number) => a <= b }
        const test = operator.endsWith('=') ? ok['<='] : ok['<']
        assert.ok(operator.startsWith('<') ? holds(x, y, test) : holds(y, x, test), written.join())
      }
      for (const [k, name] of names.entries()) {
        const [, min = 0, max = 0] = /min: (\d+), max: (\d+)/.exec(bounds(k))?.map(Number) ?? []
        assert.ok((values.get(name) ?? []).every((value) => value >= min && value <= max))
      }
    }),
    { numRuns: 60 },
  )
})

test('parts add up to their total to the last digit, within their bounds', () => {
  const text = table(
    '{sum: [p, q], equals: 10, shares: true}, {sum: [a, b, c], equals: 100}, {sum: [net, tax], equals: "price * 3"}',
    'name: a, type: decimal, rule: {type: range, min: 5, max: 60}',
    'name: b, type: decimal, rule: {type: range, min: 0, max: 40}',
    'name: c, type: decimal, rule: {type: range, min: 10, max: 90}',
    'name: price, type: decimal, rule: {type: range, min: -10, max: 500}',
    'name: net, type: decimal',
    'name: p, type: int, rule: {type: constant, value: 70}',
    'name: q, type: int, rule: {type: constant, value: 30}',
    'name: tax, type: decimal, rule: {type: range, min: 0, max: 200}',
  )
  assert.deepEqual(
    columnsOf(text, 'p', 'q').map((values) => new Set(values)),
    [new Set([7]), new Set([3])],
  )
  const cents = (values: number[]) => values.map((value) => Math.round(value * 100))
  const [a = [], b = [], c = [], price = [], net = [], tax = []] = columnsOf<number>(
    text,
    'a',
    'b',
    'c',
    'price',
    'net',
    'tax',
  ).map(cents)
  assert.ok(a.every((value, i) => value + (b[i] ?? 0) + (c[i] ?? 0) === 10_000))
  assert.ok(a.every((value) => value >= 500 && value <= 6000))
  assert.ok(b.every((value) => value >= 0 && value <= 4000))
  assert.ok(c.every((value) => value >= 1000 && value <= 9000))
  assert.ok(net.every((value, i) => value + (tax[i] ?? 0) === 3 * (price[i] ?? 0)))
  assert.ok(net.every((value, i) => value * (price[i] ?? 0) >= 0))
})

test('fixed combinations are drawn as they are, by their weights', () => {
  const text = table(
    '{fixed: [country, currency, rate], values: [[DE, EUR, 1.5], [US, USD, 2], [XX, null, 0]], weights: [6, 3, 1]}',
    'name: country, type: str',
    'name: currency, type: str',
    'name: rate, type: decimal',
  )
  const [country = [], currency = [], rate = []] = columnsOf(text, 'country', 'currency', 'rate')
  const counts = new Map<string, number>()
  for (const [i, value] of country.entries()) {
    const key = JSON.stringify([value, currency[i], rate[i]])
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const shares = ['["DE","EUR",1.5]', '["US","USD",2]', '["XX",null,0]'].map(
    (key) => (counts.get(key) ?? 0) / ROWS,
  )
  assert.equal(counts.size, 3)
  for (const [k, share] of [0.6, 0.3, 0.1].entries()) {
    assert.ok(Math.abs((shares[k] ?? 0) - share) < 0.015, shares.join())
  }
})

test('bytes do not depend on how rows are cut, and other columns do not change', () => {
  const columns = [
    'name: a, type: int',
    'name: b, type: int',
    'name: c, type: decimal',
    'name: d, type: decimal',
    'name: e, type: str, rule: {type: template, value: "{a}/{b}"}',
  ]
  const text = table('{check: "a < b"}, {sum: [c, d], equals: "a * 2"}', ...columns)
  const config = resolveText(text)
  assert.equal(fileOf(config, 't', { batchRows: 13 }), fileOf({ ...config, chunk_rows: 7000 }, 't'))
  const [e = [], a = [], b = []] = columnsOf(text, 'e', 'a', 'b')
  assert.ok(e.every((value, i) => value === `${a[i]}/${b[i]}`))
  const free = resolveText(table('', ...columns, 'name: z, type: int'))
  const more = resolveText(table('{check: "a < b"}', ...columns, 'name: z, type: int'))
  assert.deepEqual(valuesOf(free, 't', 'z'), valuesOf(more, 't', 'z'))
})

test('what cannot be met is said before the job, with what to write', () => {
  const ints = (...rules: string[]) =>
    rules.map((rule, k) => `name: ${'abc'[k]}, type: int, rule: ${rule}`)
  const range = (min: number, max: number) => `{type: range, min: ${min}, max: ${max}}`
  const cases: [string, string[], RegExp][] = [
    ['{check: "a < b"}', ints(range(9, 12), range(1, 9)), /leaves no value of "/],
    ['{check: "a < b and b < a"}', ints(range(1, 9), range(1, 9)), /circle: a -> b -> a/],
    ['{check: "a < b + 1"}', ints(range(1, 9), range(1, 9)), /nothing computed/],
    ['{check: "a == b"}', ints(range(1, 9), range(1, 9)), /only <, <=/],
    ['{check: "a < z"}', ints(range(1, 9)), /no column "z"/],
    ['{check: "a < b"}', ints(range(1, 9), 'sequence'), /may not repeat, or counts/],
    [
      '{check: "a < b"}',
      ints(range(1, 9), '{type: expression, value: "a + 1"}'),
      /computed from "a"/,
    ],
    ['{check: "a < \'x\'"}', ints(range(1, 9)), /no value to compare/],
    [
      '{check: "a < b"}',
      [...ints(range(1, 9)), 'name: b, type: decimal'],
      /"a" is int, "b" is decimal/,
    ],
    [
      '{check: "a < b"}',
      ints(range(1, 9), '{type: range, min: 0, max: 90, step: 5}'),
      /different steps/,
    ],
    [
      '{check: "a < b"}',
      ints(range(1, 9), '{type: choice, value: [1, 50]}'),
      /choice of "b" cannot be kept/,
    ],
    [
      '{sum: [a, b], equals: 100}',
      ints(range(1, 9), range(1, 9)),
      /add up to 2 to 18 .* not to 100/,
    ],
    ['{sum: [a, b], equals: nix}', ints(range(1, 9), range(1, 9)), /no column nix/],
    ['{sum: [a, b], equals: "a + 1"}', ints(range(1, 9), range(1, 9)), /computed from "a"/],
    [
      '{sum: [a, b], equals: 9}, {check: "a < b"}',
      ints(range(1, 9), range(1, 9)),
      /two constraints/,
    ],
    ['{fixed: [a, b], values: [[1]]}', ints(range(1, 9), range(1, 9)), /1 values for 2 columns/],
    ['{fixed: [a, b], values: [[1, x]]}', ints(range(1, 9), range(1, 9)), /"x" is no value of "b"/],
    ['{unique: [a]}', ints(range(1, 9)), /A constraint is a check/],
  ]
  for (const [constraint, columns, message] of cases) {
    const { config, problems } = parseConfig(table(constraint, ...columns))
    const hints = problems.map(({ hint }) => hint)
    assert.ok(hints.every((hint) => hint !== undefined && hint !== ''))
    if (problems.length > 0) assert.match(problems.map((one) => one.message).join('\n'), message)
    else assert.throws(() => resolveConfig(config, { now: 0 }), message, constraint)
  }
})
