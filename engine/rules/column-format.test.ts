import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ColumnType, ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { fileOfAnyCut } from '#engine/testing/cuts.ts'

function resolved(columns: object[], rows = 50): ResolvedConfig {
  const { config, problems } = parseConfig({ seed: 9, tables: [{ name: 't', rows, columns }] })
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 1_767_225_600 }).resolved
}

function shown(type: string, value: Scalar, format: string): Scalar {
  const columns = [{ name: 'x', type, format, rule: { type: 'constant', value } }]
  return valuesOf(resolved(columns, 1), 't', 'x')[0] as Scalar
}

test('numbers in layouts', () => {
  for (const [type, value, format, expected] of [
    ['int', 1_234_567, '#,##0', '1,234,567'],
    ['int', 7, '000', '007'],
    ['int', -7, '000', '-007'],
    ['int', 12_345, '000', '12345'],
    ['int', 0, '#', ''],
    ['int', 5, '0.00', '5.00'],
    ['int', Number.MAX_SAFE_INTEGER, '#,##0.00', '9,007,199,254,740,991.00'],
    ['decimal(12,3)', -1234.567, '$#,##0.00', '-$1,234.57'],
    ['decimal(12,3)', 1234.5, '0.0## kg', '1234.5 kg'],
    ['decimal(12,2)', 0.01, '#.##', '.01'],
    ['decimal(12,2)', -0.004, '0.0', '0.0'],
    ['float', 0.1256, '0.0%', '12.6%'],
    ['float', 2.5, '0', '3'],
    ['float', -2.5, 'EUR 0', '-EUR 3'],
    ['float', 1e20, '#,##0', '100,000,000,000,000,000,000'],
    ['int', 3, '0%', '300%'],
    ['int', 42, 'No. 0000 (of 9)', 'No. 0042 (of 9)'],
  ] as const) {
    assert.equal(shown(type, value, format), expected, `${value} as ${format}`)
  }
})

test('dates, booleans and letters in layouts', () => {
  assert.equal(shown('date', '2025-03-09', '%d.%m.%Y'), '09.03.2025')
  assert.equal(shown('date', '2025-03-09', 'd MMM yyyy'), '9 Mar 2025')
  assert.equal(shown('datetime', '2025-03-09T17:05:00Z', '%I:%M %p'), '05:05 PM')
  assert.equal(shown('time', '07:05:09', '%H.%M'), '07.05')
  assert.equal(shown('bool', true, 'yes/no'), 'yes')
  assert.equal(shown('bool', false, 'Y/N'), 'N')
  assert.equal(shown('str', 'Ünï', 'upper'), 'ÜNÏ')
  assert.equal(shown('str', 'Ünï', 'lower'), 'ünï')
})

test('files show what previews show', () => {
  const columns = [
    { name: 'b', type: 'bool', format: 'yes/no', rule: { type: 'constant', value: true } },
    { name: 'n', type: 'int', format: '000', rule: { type: 'constant', value: 7 } },
    { name: 'z', type: 'bool', format: 'on/off', nullable: { when: 'b' } },
  ]
  assert.equal(fileOf(resolved(columns, 2), 't'), 'b,n,z\nyes,007,\nyes,007,\n')
})

test('SQL has types of its own and keeps the value', () => {
  const columns = [
    { name: 'b', type: 'bool', format: 'yes/no', rule: { type: 'constant', value: true } },
    { name: 'n', type: 'int', format: '#,##0', rule: { type: 'constant', value: 7000 } },
    { name: 'd', type: 'date', format: '%d', rule: { type: 'constant', value: '2025-01-31' } },
  ]
  const sql = { dialect: 'postgresql', mode: 'insert', rows_per_insert: 10 } as const
  const config = { ...resolved(columns, 1), output: { format: 'sql', sql } as const }
  assert.match(fileOf(config, 't'), /\(true,7000,'2025-01-31'\)/)
})

test('a grouped number reads back as the number, whatever it is', () => {
  const cents = fc.integer({ min: -(10 ** 12), max: 10 ** 12 })
  fc.assert(
    fc.property(fc.array(cents, { minLength: 1, maxLength: 20 }), (values) => {
      const value = [...new Set(values)].map((one) => one / 100)
      const rule = { type: 'choice', value }
      const columns = [
        { name: 'x', type: 'decimal', rule },
        {
          name: 'y',
          type: 'decimal',
          rule: { type: 'expression', value: 'x' },
          format: '#,##0.00',
        },
      ]
      const config = resolved(columns)
      const numbers = valuesOf(config, 't', 'x')
      for (const [i, text] of valuesOf(config, 't', 'y').entries()) {
        assert.match(String(text), /^-?\d{1,3}(?:,\d{3})*\.\d\d$/)
        assert.equal(Number(String(text).replaceAll(',', '')), numbers[i])
      }
    }),
    { numRuns: 30 },
  )
})

test('what is computed from a formatted column sees its value; null shows nothing; cuts change nothing', () => {
  const config = resolved([
    { name: 'n', type: 'int', rule: { type: 'range', min: 1000, max: 9999 }, format: '#,##0' },
    { name: 'twice', type: 'int', rule: { type: 'expression', value: 'n * 2' } },
    { name: 'day', type: 'date', format: 'yyyy/MM/dd', nullable: 0.5 },
    { name: 'year', type: 'int', rule: { type: 'expression', value: 'year(day)' } },
    { name: 'next', type: 'date', rule: { type: 'expression', value: 'day + duration(days: 1)' } },
    { name: 'word', type: 'str', format: 'upper' },
  ])
  const of = (name: string) => valuesOf(config, 't', name)
  const [n, twice, day, year, next] = ['n', 'twice', 'day', 'year', 'next'].map(of) as Scalar[][]
  for (let i = 0; i < 50; i++) {
    assert.equal(Number(String(n?.[i]).replace(',', '')) * 2, twice?.[i])
    assert.equal(day?.[i] === null ? null : Number(String(day?.[i]).slice(0, 4)), year?.[i])
    if (day?.[i] !== null) assert.match(String(day?.[i]), /^\d{4}\/\d\d\/\d\d$/)
    if (day?.[i] !== null) assert.match(String(next?.[i]), /^\d{4}-\d\d-\d\d$/)
  }
  assert.ok(of('word').every((word) => /^[A-Z]+$/.test(String(word))))
  assert.match(fileOf(config, 't'), /"\d,\d{3}",\d+,/)
  fileOfAnyCut(config, 't')
})

test('a format that does not suit its column is a problem with what to write', () => {
  const problemOf = (type: ColumnType, format: string, more: object = {}) => {
    const columns = [{ name: 'x', type, format, ...more }]
    return parseConfig({ tables: [{ name: 't', columns }] }).problems[0]
  }
  for (const [type, format, message, hint] of [
    ['int', 'abc', /no layout of numbers/, /#,##0\.00/],
    ['int', '0.0.0', /no layout/, /./],
    ['float', '0#', /no layout/, /./],
    ['date', '%Q', /%Q/, /%d\/%m\/%Y/],
    ['bool', 'yes', /not two words/, /yes\/no/],
    ['str', 'title', /no change of letters/, /upper or lower/],
    ['uuid', 'upper', /not for columns of type uuid/, /Remove/],
  ] as const) {
    const problem = problemOf(type, format)
    assert.equal(problem?.path, '/tables/0/columns/0/format', format)
    assert.match(problem?.message ?? '', message)
    assert.match(problem?.hint ?? '', hint)
  }
  assert.match(problemOf('str', 'upper', { constraints: ['unique'] })?.message ?? '', /may repeat/)
})
