import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openDataset } from '#engine/library.ts'
import type { GeneratedRule } from '#engine/models/prepare.ts'
import {
  type Column,
  type Field,
  type FieldType,
  kindOf,
  PERSONAL,
  type Semantic,
} from '#engine/table/table.ts'
import { ruleFor } from './generated-rule.ts'

const fieldOf = (type: FieldType, parts: Partial<Field> = {}): Field => {
  return { name: 'c', type, semantic: null, decimals: 0, layout: null, zone: null, ...parts }
}

const texts = (values: readonly (string | null)[], semantic: Semantic | null = null): Column => {
  return { kind: 'text', field: fieldOf('id', { semantic }), values }
}

const numbers = (type: FieldType, values: readonly number[], decimals = 0): Column => {
  assert.equal(kindOf(type), 'number')
  return { kind: 'number', field: fieldOf(type, { decimals }), values: Float64Array.from(values) }
}

const times = (rows: number, make: (row: number) => string): string[] =>
  Array.from({ length: rows }, (_, row) => make(row))

async function made(rule: GeneratedRule, type: string, rows = 200): Promise<unknown[]> {
  const config = { seed: 3, fields: [{ name: 'c', type, rule }] }
  const { tables } = await openDataset(config, { rows, now: new Date('2026-01-01') })
  return [...(tables[0]?.values() ?? [])].map(([value]) => value)
}

const matches = (values: readonly unknown[], expression: RegExp): void => {
  for (const value of values) assert.match(String(value), expression)
}

test('ids that count become a sequence beyond them', async () => {
  const plain = ruleFor(texts(times(120, (row) => String(row + 1))))
  assert.deepEqual(plain, { type: 'sequence', start: 1000 })
  const padded = ruleFor(texts(times(120, (row) => `CUST-${String(row + 1).padStart(5, '0')}`)))
  assert.deepEqual(padded, { type: 'sequence', start: 1000, prefix: 'CUST-', pad: 5 })
  assert.deepEqual(await made(padded, 'str', 2), ['CUST-01000', 'CUST-01001'])
  assert.equal(ruleFor(texts(times(120, (row) => String(row % 60)))).type, 'regex')
  assert.equal(ruleFor(texts(times(120, (row) => String(row * 9973)))).type, 'regex')
})

test('ids are made of the same form, and none is one that is there', async () => {
  const id = (values: readonly string[]): Column => ({ ...texts(values), field: fieldOf('id') })
  const forms: [make: (row: number) => string, form: RegExp][] = [
    [(row) => `B-${100_000 + ((row * 3) % 900)}`, /^B-[2-9]\d{5}$/],
    [(row) => String(1000 + ((row * 7919) % 9000)), /^[1-9]\d{4}$/],
    [(row) => `${'KLM'[row % 3]}${(row * 7919) % 1000}`, /^[A-Z][1-9]\d{3}$/],
  ]
  for (const [make, form] of forms) {
    const values = [...times(1000, make), make(0)]
    const again = await made(ruleFor(id(values)), 'str', 3000)
    matches(again, form)
    const real = new Set<unknown>(values)
    assert.ok(!again.some((value) => real.has(value)))
  }
  const long = times(100, (row) => String((row + 1) * 10_007 ** 3))
  matches(await made(ruleFor(id(long)), 'str'), /^\d{13,15}$/)
})

test('a prefix is literal only where 50 different values go on behind it', () => {
  const expression = (rows: number, make: (row: number) => string): unknown =>
    ruleFor({ ...texts(times(rows, make)), field: fieldOf('text') })['value']
  const code = (row: number): string => `${((row * 7919) % 900) + 100}-${(row * 31) % 7}`
  assert.equal(
    expression(60, (row) => `ORD-${code(row)}`),
    'ORD[-]([0-9]{3}[-][0-9])',
  )
  assert.equal(
    expression(40, (row) => `ORD-${code(row)}`),
    '[A-Z]{3}[-][0-9]{3}[-][0-9]',
  )
  assert.equal(
    expression(60, (row) => (row === 30 ? 'ORD-' : `ORD-${code(row)}`)),
    '[A-Z]{3}[-][0-9]{3}[-][0-9]',
  )
  assert.equal(
    expression(60, (row) => `ORD${'ABCDEFG'[row % 7]}${code(row)}`),
    '[A-Z]{4}[0-9]{3}[-][0-9]',
  )
  assert.equal(
    expression(60, (row) => `ORD-${row % 20}`),
    '[A-Z]{3}[-][0-9]{1,2}',
  )
})

test('shapes of text are made again, each about as often', async () => {
  const values = times(1000, (row) =>
    row % 4 === 0 ? `${row % 10}${row % 7}.${1000 + row}` : `${'KLM'[row % 3]}X/${1000 + row}q`,
  )
  const rule = ruleFor(texts(values))
  const again = (await made(rule, 'str', 2000)).map(String)
  matches(again, /^(\d\d\.\d{4}|[A-Z]{2}\/\d{4}[a-z])$/)
  const share = again.filter((text) => text.includes('.')).length / again.length
  assert.ok(share > 0.15 && share < 0.35, `${share}`)
})

test('digits and letters that mix become classes, position by position', async () => {
  const hex = times(
    300,
    (row) => `${((row * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')}:${row % 10}`,
  )
  matches(await made(ruleFor(texts(hex)), 'str'), /^[0-9a-f]{8}:[0-9]$/)
  const loose = times(300, (row) => ((row + 100) * 2654435761).toString(36).slice(0, 5 + (row % 4)))
  matches(await made(ruleFor(texts(loose)), 'str'), /^[a-z0-9]{5,8}$/)
  const uuids = times(20, (row) => `00000000-1111-4222-8333-${String(row).padStart(12, '0')}`)
  assert.deepEqual(ruleFor(texts(uuids)), { type: 'uuid' })
})

test('free text becomes sentences and paragraphs of as many words', async () => {
  const words = ['some', 'of', 'these', 'were', 'written', 'by', 'people']
  const line = (row: number, count: number): string =>
    times(count, (at) => words[(row * 3 + at * 5) % 7] as string).join(' ')
  const sentence = ruleFor(texts(times(200, (row) => line(row, 4 + (row % 5)))))
  assert.deepEqual(sentence, { type: 'sentence', words: { min: 4, max: 8 } })
  const paragraph = ruleFor(texts(times(200, (row) => line(row, 60 + (row % 80)))))
  assert.equal(paragraph.type, 'paragraph')
  const lengths = (await made(paragraph, 'str')).map((text) => String(text).split(' ').length)
  for (const length of lengths) assert.ok(length > 25 && length < 250, `${length}`)
})

test('every meaning has a rule that the language takes', async () => {
  for (const semantic of [
    ...PERSONAL,
    'city',
    'state',
    'postcode',
    'country',
    'url',
    'domain',
    'company',
    'job',
    'currency',
    'gender',
    'age',
    'latitude',
    'uuid',
  ] as Semantic[]) {
    const rule = ruleFor(
      texts(
        times(60, (row) => `${row + 10}-x`),
        semantic,
      ),
    )
    assert.equal((await made(rule, 'str', 5)).length, 5)
  }
  assert.deepEqual(ruleFor(texts(['+4915112345678', '+4915112345679'], 'phone')), {
    type: 'phone',
    format: 'e164',
  })
})

test('numbers become ranges of as many digits, dates of decades', async () => {
  assert.deepEqual(ruleFor(numbers('integer', [5551234, 2125550])), {
    type: 'range',
    min: 1_000_000,
    max: 10_000_000,
  })
  const decimal = ruleFor(numbers('decimal', [-3.25, 12.5, Number.NaN], 2))
  assert.deepEqual(decimal, { type: 'range', min: -10, max: 100, decimals: 2 })
  assert.deepEqual(ruleFor(numbers('integer', [-120, -7])), { type: 'range', min: -1000, max: -1 })
  assert.deepEqual(ruleFor(numbers('date', [7000, 11_000])), {
    type: 'range',
    min: '1980-01-01',
    max: '2009-12-31',
  })
  for (const type of ['date', 'datetime', 'time'] as const)
    assert.equal((await made(ruleFor(numbers(type, [1e4, 8e4])), type, 3)).length, 3)
  assert.equal(
    (await made(ruleFor(numbers('integer', [Number.NaN, 1e300, -1e300])), 'int', 3)).length,
    3,
  )
})

const character = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Array.from('abcdefXYZ0123456789')) },
  { weight: 2, arbitrary: fc.constantFrom(...Array.from('-_./@ +()[]{}|\\^$*?:,\'"<>&')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
)
const secret = fc.string({ unit: character, minLength: 8, maxLength: 40 })
const semantics = fc.constantFrom<(Semantic | null)[]>(null, null, null, ...PERSONAL)

test('no value of a column is in its rule, which the language takes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 60 }),
      semantics,
      async (secrets, times, semantic) => {
        const once = secrets.flatMap((text) => Array<string>(times).fill(text))
        const many = once.map((text, row) => `${text}${row}`)
        const levels = [...new Set(once)]
        const codes = Int32Array.from(once, (value) => levels.indexOf(value))
        const columns: [Column, string[]][] = [
          [texts(once, semantic), secrets],
          [texts(many, semantic), many],
          [{ kind: 'category', field: fieldOf('category', { semantic }), codes, levels }, secrets],
        ]
        for (const [column, values] of columns) {
          const rule = ruleFor(column)
          for (const part of Object.values(rule).map(String))
            for (const value of values) assert.ok(!part.includes(value), `${value} in ${part}`)
          await made(rule, 'str', 2)
        }
      },
    ),
    { numRuns: 80 },
  )
})
