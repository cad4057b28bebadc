import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { RULE_NAMES } from '#engine/config/rules/registry.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { fileOfAnyCut } from '#engine/testing/cuts.ts'
import { cutOrFill } from './fit-length.ts'

function resolved(column: object, rows = 400): ResolvedConfig {
  const columns = [{ name: 'x', type: 'str', ...column }]
  const { config, problems } = parseConfig({ seed: 4, tables: [{ name: 't', rows, columns }] })
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 1_767_225_600 }).resolved
}

const texts = (column: object, rows?: number): string[] =>
  valuesOf(resolved(column, rows), 't', 'x').map(String)

const lengths = (column: object): number[] => texts(column).map((text) => Array.from(text).length)

test('texts are as long as their column allows, and cuts change nothing', () => {
  for (const [rule, least, most] of [
    ['first_name', 4, 5],
    ['full_name', 12, 14],
    ['full_name', 60, 61],
    ['city', 1, 3],
    ['email', 0, 28],
    [{ type: 'template', value: '{first_name} of {city}' }, 20, 22],
    [{ type: 'expression', value: "concat('row ', row)" }, 8, 30],
    [{ type: 'constant', value: 'abc' }, 3, 3],
    [{ type: 'sequence', prefix: 'A-', pad: 4 }, 6, 6],
  ] as const) {
    const column = { rule, min_length: least, max_length: most }
    for (const length of lengths(column)) {
      assert.ok(length >= least && length <= most, `${JSON.stringify(rule)}: ${length}`)
    }
    fileOfAnyCut(resolved(column), 't')
  }
})

test('without a rule, and in the spelling of fields, texts fit too', () => {
  const names = lengths({ name: 'x', constraints: { min_length: 12, max_length: 40 } })
  assert.ok(names.every((length) => length >= 12 && length <= 40))
  assert.ok(lengths({ max_length: 4 }).every((length) => length <= 4))
  const keys = texts({ constraints: { unique: true, min_length: 5, max_length: 10 } })
  assert.equal(new Set(keys).size, keys.length)
  assert.ok(keys.every((key) => key.length >= 5 && key.length <= 10))
})

test('values that fit anyway stay as they are, and nulls stay null', () => {
  const free = texts({ rule: 'first_name' })
  assert.deepEqual(texts({ rule: 'first_name', min_length: 1, max_length: 200 }), free)
  const fitted = texts({ rule: 'first_name', max_length: 6 })
  for (const [i, name] of free.entries()) if (name.length <= 6) assert.equal(fitted[i], name)
  const nulls = valuesOf(resolved({ rule: 'email', max_length: 30, nullable: 0.5 }), 't', 'x')
  assert.ok(nulls.includes(null) && nulls.some((mail) => mail !== null))
})

test('conditional rules fit branch by branch', () => {
  const condition = { column: 'n', operator: '<', value: 3 }
  const columns = [
    { name: 'n', type: 'int', rule: { type: 'range', min: 1, max: 5 } },
    {
      ...{ name: 'x', type: 'str', rule: 'full_name', min_length: 3, max_length: 9 },
      conditional_rules: [{ condition, rule: 'email' }],
    },
  ]
  const source = { seed: 1, tables: [{ name: 't', rows: 20, columns }] }
  const { config } = parseConfig(source)
  const wide = structuredClone(source)
  Object.assign(wide.tables[0]?.columns[1] ?? {}, { max_length: 30 })
  const one = resolveConfig(parseConfig(wide).config, { now: 0 }).resolved
  assert.ok(valuesOf(one, 't', 'x').every((text) => String(text).length <= 30))
  const narrow = resolveConfig(config, { now: 0 }).resolved
  assert.throws(() => valuesOf(narrow, 't', 'x'), /an? email is not cut/)
})

test('a unique column keeps its values; one that may not fit is refused before the job', () => {
  assert.throws(
    () => resolved({ rule: 'email', constraints: ['unique'], max_length: 12 }),
    (error: { problems?: { path: string; message: string; hint: string }[] }) => {
      const [problem] = error.problems ?? []
      assert.equal(problem?.path, '/tables/0/columns/0/max_length')
      assert.match(problem?.message ?? '', /unique.*at most 12 characters/)
      return problem?.hint.includes('regex') === true
    },
  )
  const mails = texts({ rule: 'email', constraints: ['unique'], max_length: 255 })
  assert.equal(new Set(mails).size, mails.length)
})

test('so is one of several columns that are unique together', () => {
  const columns = [
    { name: 'a', type: 'str', rule: 'first_name', max_length: 4 },
    { name: 'b', type: 'int', rule: { type: 'range', min: 1, max: 1000 } },
  ]
  const source = { tables: [{ name: 't', rows: 20, columns, unique: [['a', 'b']] }] }
  const { config, problems } = parseConfig(source)
  assert.deepEqual(problems, [])
  assert.throws(() => resolveConfig(config, { now: 0 }), /at most 4 characters/)
})

test('lengths that make no sense are problems with what to write', () => {
  const problemsOf = (column: object) =>
    parseConfig({ tables: [{ name: 't', columns: [{ name: 'x', type: 'str', ...column }] }] })
      .problems
  const [swapped] = problemsOf({ min_length: 9, max_length: 3 })
  assert.match(`${swapped?.path} ${swapped?.hint}`, /min_length .*min_length: 3, max_length: 9/)
  const [number] = problemsOf({ type: 'int', max_length: 3 })
  assert.match(`${number?.message} ${number?.hint}`, /is int .*min and max/)
  const rule = { type: 'choice', value: ['a', 'abcd', 'ab'] }
  const [value, ...more] = problemsOf({ rule, max_length: 3 })
  assert.match(`${value?.path} ${value?.message}`, /rule\/value "abcd" has 4 characters/)
  assert.equal(more.length, 0)
})

test('any text is cut or filled up to its bounds', () => {
  const bounds = fc
    .tuple(fc.nat(60), fc.nat(60))
    .map(([a, b]) => ({ least: Math.min(a, b), most: Math.max(a, b) }))
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      bounds,
      fc.nat(),
      (text, within, seed) => {
        const fitted = Array.from(cutOrFill(text, within, seed)).length
        assert.ok(fitted >= within.least && fitted <= within.most)
      },
    ),
  )
})

test('every rule of text that needs no parameters can be bounded', () => {
  for (const name of RULE_NAMES) {
    const source = (max_length: number) => ({
      tables: [
        { name: 't', rows: 20, columns: [{ name: 'x', type: 'str', rule: name, max_length }] },
      ],
    })
    const { config, problems } = parseConfig(source(300))
    if (problems.length > 0) continue
    const { resolved: one } = resolveConfig(config, { now: 1_767_225_600 })
    assert.ok(
      valuesOf(one, 't', 'x').every((text) => String(text).length <= 300),
      name,
    )
  }
})
