import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResolvedColumn, Scalar } from '#engine/config/types.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, range, SEQUENCE, table } from '#engine/testing/configs.ts'
import { checkExpression } from './compile.ts'

const constant = (value: Scalar) => ({ type: 'constant', value }) as const

const COLUMNS: ResolvedColumn[] = [
  column('i', 'int', constant(7)),
  column('j', 'int', constant(-2)),
  column('f', 'float', constant(0.5)),
  column('d', 'decimal', constant(12.35)),
  column('s', 'str', constant('Ünïcode, "x"')),
  column('t', 'bool', constant(true)),
  column('none', 'int', constant(null)),
  column('nothing', 'str', constant(null)),
  column('day_of', 'date', constant('2024-02-28')),
  column('at_of', 'datetime', constant('2024-12-31T23:59:59Z')),
  column('opens', 'time', constant('22:30:05')),
]

function evaluate(
  text: string,
  type: ResolvedColumn['type'],
  decimals: number | null = null,
): Scalar {
  const columns = [...COLUMNS, column('x', type, expression(text, decimals))]
  return valuesOf(configOf([table('t', 1, columns)]), 't', 'x')[0] as Scalar
}

test('arithmetic, precedence and rounding', () => {
  assert.equal(evaluate('1 + 2 * 3 - 4', 'int'), 3)
  assert.equal(evaluate('2 ** 3 ** 2', 'int'), 512)
  assert.equal(evaluate('(i + j) * 10 % 7', 'int'), 1)
  assert.equal(evaluate('-i % 4', 'int'), -3)
  assert.equal(evaluate('i / 2', 'float'), 3.5)
  assert.equal(evaluate('7 / 2', 'int'), 4)
  assert.equal(evaluate('-7 / 2', 'int'), -4)
  assert.equal(evaluate('d * 3', 'decimal'), 37.05)
  assert.equal(evaluate('d * 0.1', 'decimal'), 1.24)
  assert.equal(evaluate('d * f', 'float'), 6.175)
  assert.equal(evaluate('10 / 3', 'decimal'), 3.33)
  assert.equal(evaluate('20 / 3', 'decimal', 2), 6.67)
  assert.equal(evaluate('round(2.5)', 'int'), 3)
  assert.equal(evaluate('round(-2.5)', 'int'), -3)
  assert.equal(evaluate('round(d, 1)', 'decimal'), 12.4)
  assert.equal(evaluate('floor(-1.5)', 'int'), -2)
  assert.equal(evaluate('ceil(d)', 'int'), 13)
  assert.equal(evaluate('abs(j) + min(3, 1, 2) + max(i, f)', 'float'), 10)
  assert.equal(evaluate('i / 0', 'int'), null)
})

test('null: arithmetic is null, comparison false, concatenation empty', () => {
  assert.equal(evaluate('i + none', 'int'), null)
  assert.equal(evaluate('none < 3', 'bool'), false)
  assert.equal(evaluate('none != 3', 'bool'), false)
  assert.equal(evaluate('not (none == 3)', 'bool'), true)
  assert.equal(evaluate('none == null', 'bool'), true)
  assert.equal(evaluate('i != null', 'bool'), true)
  assert.equal(evaluate("concat('<', nothing, none, '>')", 'str'), '<>')
  assert.equal(evaluate('coalesce(none, null, 4)', 'int'), 4)
  assert.equal(evaluate('if(t, null, 1)', 'int'), null)
  assert.equal(evaluate("if(t, null, 'a')", 'str'), null)
  assert.equal(evaluate("coalesce(nothing, 'b')", 'str'), 'b')
})

test('logic and membership', () => {
  assert.equal(evaluate('i > 3 && !(j > 0) or false', 'bool'), true)
  assert.equal(evaluate('not i == 7', 'bool'), false)
  assert.equal(evaluate('i in [1, 7]', 'bool'), true)
  assert.equal(evaluate('i not in [1, 7]', 'bool'), false)
  assert.equal(evaluate("s in ['a', 'b']", 'bool'), false)
  assert.equal(evaluate('d == 12.35 and d < 12.36', 'bool'), true)
  assert.equal(evaluate("'b' > 'a' and s != 'q'", 'bool'), true)
  assert.equal(evaluate("day_of < '2024-03-01' and at_of > day_of", 'bool'), true)
})

test('text', () => {
  assert.equal(evaluate('upper(s)', 'str'), 'ÜNÏCODE, "X"')
  assert.equal(evaluate("concat(lower('ÀБΓ'), i, d, t, day_of)", 'str'), 'àбγ712.35true2024-02-28')
  assert.equal(evaluate('length(s)', 'int'), 12)
  assert.equal(evaluate('substr(s, 2, 3)', 'str'), 'nïc')
  assert.equal(evaluate('substr(s, 10)', 'str'), '"x"')
  assert.equal(evaluate('substr(s, 3 - i + i, length(s) - 9)', 'str'), 'ïco')
})

test('dates', () => {
  assert.equal(evaluate('day_of + duration(days: 2)', 'date'), '2024-03-01')
  assert.equal(evaluate('at_of + duration(seconds: 1)', 'datetime'), '2025-01-01T00:00:00Z')
  assert.equal(evaluate('day_of + duration(hours: 1)', 'datetime'), '2024-02-28T01:00:00Z')
  assert.equal(evaluate('at_of - duration(days: 1, hours: 2)', 'datetime'), '2024-12-30T21:59:59Z')
  assert.equal(evaluate('at_of - day_of > duration(days: 300)', 'bool'), true)
  assert.equal(evaluate('year(at_of) * 10000 + month(day_of) * 100 + day(day_of)', 'int'), 20240228)
})

test('range draws are inclusive, within bounds and different from one another', () => {
  const columns = [
    column('a', 'int', expression('range(2, 4)')),
    column('b', 'int', expression('range(0, 1000000) - range(0, 1000000)')),
    column('c', 'decimal', expression('range(0.5, 0.75)')),
  ]
  const config = configOf([table('t', 3000, columns)])
  assert.deepEqual(
    [...new Set(valuesOf(config, 't', 'a') as number[])].sort((a, b) => a - b),
    [2, 3, 4],
  )
  assert.ok(valuesOf(config, 't', 'b').some((value) => value !== 0))
  assert.equal(new Set(valuesOf(config, 't', 'c')).size, 26)
})

test('text and date functions', () => {
  assert.equal(evaluate("replace(s, ', ', '/')", 'str'), 'Ünïcode/"x"')
  assert.equal(evaluate("replace('a.b.a', substr('abc', 1, 1), upper('x'))", 'str'), 'X.b.X')
  assert.equal(evaluate("replace(s, '', 'q')", 'str'), 'Ünïcode, "x"')
  assert.equal(evaluate("replace(nothing, 'a', 'b')", 'str'), null)
  assert.equal(evaluate('pad(i, 3)', 'str'), '007')
  assert.equal(evaluate('pad(j, 4)', 'str'), '-002')
  assert.deepEqual(
    ['pad(i, 0)', 'pad(i, 1)', 'pad(j, 1)', 'pad(j, 2)', 'pad(i * 99, 3)', 'pad(i * 99, 2)'].map(
      (text) => evaluate(text, 'str'),
    ),
    ['7', '7', '-2', '-2', '693', '693'],
  )
  assert.equal(evaluate('pad(j, 20)', 'str'), `-${'2'.padStart(19, '0')}`)
  assert.equal(evaluate('pad(i - 7, 16)', 'str'), '0'.repeat(16))
  assert.equal(evaluate("pad('ü', 3, '*')", 'str'), '**ü')
  assert.equal(evaluate('pad(s, 3)', 'str'), 'Ünïcode, "x"')
  assert.equal(evaluate('weekday(day_of)', 'int'), 3)
  assert.equal(evaluate('weekday(at_of + duration(weeks: 1, seconds: 1))', 'int'), 3)
  assert.equal(
    evaluate('pad(hour(at_of) * 10000 + minute(at_of) * 100 + second(at_of), 6)', 'str'),
    '235959',
  )
  assert.equal(evaluate('(at_of - day_of) / duration(days: 1) > 307', 'bool'), true)
  assert.equal(evaluate('day_of + duration(hours: 5) * 2 / 4', 'datetime'), '2024-02-28T02:30:00Z')
})

test('times of day', () => {
  assert.equal(evaluate("opens > '09:00:00' and opens in ['22:30:05', '23:00']", 'bool'), true)
  assert.equal(evaluate('hour(opens) * 10000 + minute(opens) * 100 + second(opens)', 'int'), 223005)
  assert.equal(evaluate('opens + duration(hours: 2)', 'time'), '00:30:05')
  assert.equal(evaluate('opens - duration(hours: 23)', 'time'), '23:30:05')
  assert.equal(evaluate('day_of + opens', 'datetime'), '2024-02-28T22:30:05Z')
  assert.equal(evaluate('opens + day_of', 'datetime'), '2024-02-28T22:30:05Z')
  assert.equal(evaluate('(opens - opens) / duration(hours: 1)', 'float'), 0)
  assert.equal(evaluate('if(t, opens, null)', 'time'), '22:30:05')
  assert.equal(evaluate("coalesce(null, '08:00', opens)", 'time'), '08:00:00')
  assert.equal(evaluate("min(day_of, '2024-01-31')", 'date'), '2024-01-31')
  assert.equal(evaluate("if(t, '2024-01-31T08:00:00', day_of)", 'datetime'), '2024-01-31T08:00:00Z')
  assert.equal(evaluate('at_of', 'time'), '23:59:59')
  assert.equal(evaluate("'08:15:00'", 'time'), '08:15:00')
  assert.equal(evaluate("concat('at ', opens)", 'str'), 'at 22:30:05')
})

test('weekday agrees with a calendar, year by year', () => {
  const days = column('d', 'date', { type: 'date', min: -700_000, max: 2_900_000 })
  const config = configOf([table('t', 500, [days, column('x', 'int', expression('weekday(d)'))])])
  const weekdays = valuesOf(config, 't', 'x')
  valuesOf(config, 't', 'd').forEach((date, i) => {
    assert.equal((weekdays[i] as number) % 7, new Date(`${date}T00:00:00Z`).getUTCDay(), `${date}`)
  })
})

test('row is the number of the row', () => {
  const config = configOf([table('t', 9, [column('x', 'int', expression('row * 2'))])])
  assert.deepEqual(valuesOf(config, 't', 'x', 3, 5), [6, 8])
})

test('products and quotients of decimals are exact, halves away from zero', () => {
  const half = (numerator: bigint, denominator: bigint): bigint => {
    const negative = numerator < 0n !== denominator < 0n
    const [n, d] = [
      numerator < 0n ? -numerator : numerator,
      denominator < 0n ? -denominator : denominator,
    ]
    const quotient = (2n * n + d) / (2n * d)
    return negative ? -quotient : quotient
  }
  const cents = fc.integer({ min: -(10 ** 11), max: 10 ** 11 })
  fc.assert(
    fc.property(
      cents,
      fc.integer({ min: -50_000, max: 50_000 }),
      fc.integer({ min: 1, max: 9999 }),
      (a, b, c) => {
        const operands = [
          column('p', 'decimal', constant(a / 100)),
          column('q', 'decimal', constant(b / 1000), { scale: 3 }),
          column('n', 'int', constant(c)),
        ]
        for (const [text, scale, expected] of [
          ['p * q', 2, half(BigInt(a) * BigInt(b), 1000n)],
          ['p / n', 2, half(BigInt(a), BigInt(c))],
          ['p * n - q', 3, BigInt(a) * BigInt(c) * 10n - BigInt(b)],
        ] as const) {
          const x = column('x', 'decimal', expression(text), { scale })
          const config = configOf([table('t', 1, [...operands, x])])
          const value = () => valuesOf(config, 't', 'x')[0]
          if (expected < 2n ** 53n && expected > -(2n ** 53n))
            assert.equal(value(), Number(expected) / 10 ** scale + 0)
          else assert.throws(value, { code: 'generation_failed' })
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('problems name their place', () => {
  const columns = COLUMNS.map(({ name, type }) => ({ name, type }))
  const problem = (text: string, type?: ResolvedColumn['type']) =>
    checkExpression(text, columns, type)[0]
  assert.deepEqual(checkExpression('i * d + 1', columns, 'decimal'), [])
  const { hint, ...place } = problem('i + jj') ?? {}
  assert.deepEqual(place, { offset: 4, message: 'no column jj' })
  assert.match(hint ?? '', /Did you mean j\?/)
  assert.equal(problem('1 + upper( i )')?.offset, 11)
  assert.match(problem('i + s')?.message ?? '', /does not go between int and str/)
  assert.match(problem('nope(1)')?.message ?? '', /no function nope/)
  assert.match(problem('nope(1)')?.hint ?? '', /There are if, /)
  assert.match(problem('i +')?.message ?? '', /Expected expression after \+/)
  assert.match(problem('parent.name')?.message ?? '', /no foreign key/)
  assert.match(problem('i ? 1 : 2')?.message ?? '', /if\(condition/)
  assert.match(problem('duration(years: 1)')?.message ?? '', /no unit "years"/)
  assert.equal(problem('i > 1', 'int'), undefined)
  assert.match(problem('duration(constructor: 1)')?.message ?? '', /no unit "constructor"/)
  assert.match(problem('('.repeat(9000))?.message ?? '', /./)
  assert.match(problem(`${'-('.repeat(150)}1${')'.repeat(150)}`)?.message ?? '', /deeper/)
  assert.match(problem("concat('a')", 'bool')?.message ?? '', /gives str, bool is needed/)
  assert.equal(problem('i & 1') === undefined, false)
  assert.equal(problem('constructor') === undefined, false)
  assert.equal(problem('i.constructor("x")') === undefined, false)
})

test('sequence values feed expressions', () => {
  const columns = [
    column('n', 'int', SEQUENCE),
    column('u', 'decimal', range(1, 500, 2)),
    column('x', 'decimal', expression('n * u', 2)),
  ]
  const config = configOf([table('t', 500, columns)])
  const [n, u, x] = ['n', 'u', 'x'].map((name) => valuesOf(config, 't', name) as number[])
  x?.forEach((value, i) => {
    const cents = BigInt(n?.[i] as number) * BigInt(Math.round((u?.[i] as number) * 100))
    assert.equal(value, Number(cents) / 100)
  })
})
