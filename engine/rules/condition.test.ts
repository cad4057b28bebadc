import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { OPERATORS } from '#engine/config/schema-conditions.ts'
import type { Condition, Operator, Scalar } from '#engine/config/types.ts'
import { planConfig } from '#engine/plan.ts'

const ROWS = 300

type Row = Record<string, Scalar>

/** What a condition says of one row, in so many words. */
function holds(condition: Condition, row: Row): boolean {
  if ('all' in condition) return condition.all.every((one) => holds(one, row))
  if ('any' in condition) return condition.any.some((one) => holds(one, row))
  if ('not' in condition) return !holds(condition.not, row)
  const { column, operator, value } = condition
  const own = row[column] ?? null
  if (operator === 'is_null') return own === null
  if (operator === 'is_not_null') return own !== null
  if (own === null) return false
  if (Array.isArray(value)) return holdsOfList(operator, own, value)
  return holdsOfOne(operator, own, value as string | number | boolean)
}

function holdsOfList(operator: Operator, own: Scalar, list: Scalar[]): boolean {
  const [low, high] = list as [string | number, string | number]
  const known = own as string | number
  if (operator === 'between') return low <= known && known <= high
  const found = list.some((one) => one === own)
  return operator === 'in' ? found : !found
}

function holdsOfOne(operator: Operator, own: Scalar, value: string | number | boolean): boolean {
  const known = own as string | number | boolean
  const text = String(own)
  const part = String(value)
  const answers: Partial<Record<Operator, boolean>> = {
    '==': known === value,
    '!=': known !== value,
    '<': known < value,
    '<=': known <= value,
    '>': known > value,
    '>=': known >= value,
    contains: text.split(part).length > 1,
    starts_with: text.slice(0, part.length) === part,
    ends_with: part === '' || text.slice(-part.length) === part,
    matches: operator === 'matches' && new RegExp(part, 'u').test(text),
  }
  return answers[operator] === true
}

const COLUMNS: Record<string, { type: string; values: Scalar[] }> = {
  i: { type: 'int', values: [-3, 0, 1, 2, 7, 1e12, null] },
  d: { type: 'decimal', values: [-0.05, 0, 0.1, 1.25, 7, 99.99, null] },
  f: { type: 'float', values: [-2.5, 0, 0.1, 0.30000000000000004, 1e-7, 1e20, null] },
  s: { type: 'str', values: ['', 'a', 'ab', 'Ab', 'b a', 'ünï', '10', '9', null] },
  b: { type: 'bool', values: [true, false, null] },
  day: { type: 'date', values: ['2024-02-28', '2024-02-29', '2024-12-31', null] },
  at: { type: 'datetime', values: ['2024-02-28T23:59:59Z', '2024-02-29T00:00:00Z', null] },
  time: { type: 'time', values: ['00:00:00', '09:30:00', '23:59:59', null] },
  u: {
    type: 'uuid',
    values: ['00000000-0000-4000-8000-000000000001', 'ffffffff-ffff-4fff-bfff-ffffffffffff', null],
  },
}

const TEXT: readonly Operator[] = ['contains', 'starts_with', 'ends_with', 'matches']
const ORDER: readonly Operator[] = ['<', '<=', '>', '>=', 'between']

function operatorsOf(type: string): Operator[] {
  return OPERATORS.filter((operator) => {
    if (TEXT.includes(operator)) return type === 'str' || type === 'uuid'
    return !(ORDER.includes(operator) && (type === 'bool' || type === 'uuid'))
  })
}

function valueFor(
  operator: Operator,
  known: Scalar[],
): fc.Arbitrary<Scalar | Scalar[] | undefined> {
  const one = fc.constantFrom(...known)
  switch (operator) {
    case 'is_null':
    case 'is_not_null':
      return fc.constant(undefined)
    case 'in':
    case 'not_in':
      return fc.array(one, { minLength: 1, maxLength: 4 })
    case 'between':
      return fc.tuple(one, one).map(([a, b]) => [a, b])
    case 'matches':
      return fc.constantFrom('^a', 'b$', '[0-9]+', '^.$', 'ï', '^[^a]*$', '')
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return fc.constantFrom('a', 'b', '', 'ab', 'ï', '-4', 'f', '1')
    default:
      return one
  }
}

const comparison = fc.constantFrom(...Object.keys(COLUMNS)).chain((column) => {
  const { type = 'str', values = [] } = COLUMNS[column] ?? {}
  const known = values.filter((value) => value !== null)
  return fc.constantFrom(...operatorsOf(type)).chain((operator) =>
    valueFor(operator, known).map((value) => ({
      ...{ column, operator },
      ...(value === undefined ? {} : { value }),
    })),
  )
})

const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
}))

/** The rows of a table whose columns `x0`, `x1`, ... tell which condition held. */
function rowsOf(conditions: unknown[]): Row[] {
  const given = Object.entries(COLUMNS).map(([name, { type, values }]) => ({
    ...{ name, type, rule: { type: 'choice', value: values } },
  }))
  const asked = conditions.map((one, i) => ({
    ...{ name: `x${i}`, type: 'bool', rule: { type: 'constant', value: false } },
    conditional_rules: [{ condition: one, rule: { type: 'constant', value: true } }],
  }))
  const tables = [{ name: 't', rows: ROWS, columns: [...given, ...asked] }]
  const { config, problems } = parseConfig({ seed: 5, tables })
  assert.deepEqual(problems, [])
  const { resolved } = resolveConfig(config, { now: 0 })
  const table = compile(resolved, planConfig(resolved)).table('t')
  return table
    .values(0, ROWS)
    .map((row) => Object.fromEntries(table.columns.map(({ name }, i) => [name, row[i] as Scalar])))
}

function expectAgreement(conditions: unknown[]): void {
  for (const row of rowsOf(conditions)) {
    for (const [i, one] of conditions.entries()) {
      assert.equal(row[`x${i}`], holds(one as Condition, row), JSON.stringify([one, row]))
    }
  }
}

test('every operator says what a plain reading of it says, on every type', () => {
  const all = Object.entries(COLUMNS).flatMap(([column, { type, values }]) =>
    operatorsOf(type).flatMap((operator) => {
      const known = values.filter((value) => value !== null)
      const samples = fc.sample(valueFor(operator, known), { numRuns: 6, seed: 11 })
      return samples.map((value) => ({
        ...{ column, operator },
        ...(value === undefined ? {} : { value }),
      }))
    }),
  )
  assert.deepEqual(new Set(all.map(({ operator }) => operator)), new Set(OPERATORS))
  for (let at = 0; at < all.length; at += 50) expectAgreement(all.slice(at, at + 50))
})

test('so do all, any and not over them, nested', () => {
  fc.assert(fc.property(fc.array(condition, { minLength: 1, maxLength: 8 }), expectAgreement), {
    numRuns: 40,
    seed: 3,
  })
})
