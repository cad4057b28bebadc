import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkLaw } from '#engine/config/check-law.ts'
import type { ColumnType, ResolvedColumn, Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, expression, table } from '#engine/testing/configs.ts'
import { checkExpression } from './compile.ts'
import { namesInExpression } from './names.ts'

const choice = (...values: Scalar[]) => ({ type: 'choice', values, weights: null }) as const

const COLUMNS: ResolvedColumn[] = [
  column('i', 'int', choice(0, 1, -7, 2 ** 53 - 1, null)),
  column('d', 'decimal', choice(0, 0.01, -99.5, null)),
  column('f', 'float', choice(0, 1e300, -1e-300, 0.5, null)),
  column('s', 'str', choice('', 'a', '12', '2025-01-01', null)),
  column('b', 'bool', choice(true, false, null)),
  column('day', 'date', choice('0001-01-01', '9999-12-31', null)),
  column('at', 'datetime', choice('2025-01-31T12:00:00Z', null)),
  column('time', 'time', choice('00:00:00', '23:59:59', null)),
]

const ATOMS = ['i', 'd', 'f', 's', 'b', 'day', 'at', 'time', 'row', '0', '1', '2.5', '-3', '1e15']
const TEXTS = [
  "'a'",
  "'2025-06-01'",
  "'08:00'",
  'true',
  'false',
  'null',
  'nope',
  'parent.x',
  '[1, 2]',
]
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '==',
  '!=',
  '<',
  '>=',
  'and',
  'or',
  'in',
  'not in',
  '&&',
]
const CALLS = `if coalesce concat upper lower length substr replace pad round floor ceil abs min max
  year month day weekday hour minute second range normal lognormal uniform exponential poisson zipf
  nope constructor`.split(/\s+/)
const UNITS = ['days', 'hours', 'weeks', 'nope', '__proto__']

const { formula } = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(...ATOMS),
    fc.constantFrom(...TEXTS),
    fc
      .tuple(tie('formula'), fc.constantFrom(...OPERATORS), tie('formula'))
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(fc.constantFrom('-', 'not ', '!'), tie('formula'))
      .map(([sign, of]) => `${sign}(${of})`),
    fc
      .tuple(fc.constantFrom(...CALLS), fc.array(tie('formula'), { maxLength: 3 }))
      .map(([name, args]) => `${name}(${args.join(', ')})`),
    fc
      .tuple(fc.constantFrom(...UNITS), tie('formula'))
      .map(([unit, of]) => `duration(${unit}: ${of})`),
  ),
}))

const NAMES = { parents: [], checkLaw }

const TYPES: ColumnType[] = ['int', 'float', 'decimal', 'str', 'bool', 'date', 'datetime', 'time']

function wellBehaved(text: string, type: ColumnType): void {
  for (const { offset, message } of checkExpression(text, COLUMNS, type, NAMES)) {
    assert.ok(offset >= 0 && offset <= text.length, `${offset} of ${text}`)
    assert.ok(message.length > 0 && message.length < 500)
    return
  }
  const config = configOf([table('t', 40, [...COLUMNS, column('x', type, expression(text))])])
  try {
    for (const value of valuesOf(config, 't', 'x')) {
      assert.ok(typeof value !== 'number' || Number.isFinite(value), `${text} gives ${value}`)
    }
  } catch (error) {
    const failed = error instanceof AppError && error.code === 'generation_failed'
    assert.ok(failed, `${text}: ${String(error)}`)
  }
}

test('what is checked without a problem is computed, or fails as data that do not fit', () => {
  fc.assert(fc.property(formula, fc.constantFrom(...TYPES), wellBehaved), {
    numRuns: 1500,
    seed: 8,
  })
})

test('no text makes the parser do anything but say what is wrong', () => {
  const noise = fc.array(
    fc.constantFrom(
      ...ATOMS,
      ...OPERATORS,
      '(',
      ')',
      '[',
      ']',
      ',',
      ':',
      '.',
      "'",
      '"',
      '?',
      '`',
      '$',
      '{',
      '\n',
      'this',
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        noise.map((parts) => parts.join(' ')),
      ),
      (text) => {
        namesInExpression(text)
        for (const { offset } of checkExpression(text, COLUMNS)) {
          assert.ok(offset >= 0 && offset <= text.length)
        }
      },
    ),
    { numRuns: 2000 },
  )
})
