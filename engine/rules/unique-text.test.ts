// Sentences, paragraphs and addresses that do not repeat.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compile } from '#engine/compile.ts'
import { capacityOf } from '#engine/config/capacity.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { planConfig } from '#engine/plan.ts'
import { fileOf } from '#engine/testing/bytes.ts'

type Rule = string | Record<string, unknown>

const source = (rule: Rule, rows: number, locale: string) => ({
  seed: 11,
  locale,
  tables: [
    { name: 't', rows, columns: [{ name: 'x', type: 'str', rule, constraints: ['unique'] }] },
  ],
})

function configOf(rule: Rule, rows: number, locale = 'en_US'): ResolvedConfig {
  const { config, problems } = parseConfig(source(rule, rows, locale))
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 0 }).resolved
}

function capacity(rule: Rule, locale?: string): number {
  const made = configOf(rule, 1, locale).tables[0]?.columns[0]?.rule
  assert.ok(made)
  return capacityOf(made)
}

/** How many different values the first rows have. */
function different(rule: Rule, rows: number, locale?: string): number {
  const config = configOf(rule, rows, locale)
  const table = compile(config, planConfig(config)).table('t')
  const seen = new Set<unknown>()
  for (let from = 0; from < rows; from += 50_000) {
    for (const [value] of table.values(from, Math.min(rows, from + 50_000))) seen.add(value)
  }
  return seen.size
}

test('a million sentences, paragraphs and addresses are all different', () => {
  const paragraph = { type: 'paragraph', sentences: { min: 1, max: 2 }, words: { min: 4, max: 6 } }
  for (const rule of ['sentence', { type: 'sentence', words: { min: 4, max: 20 } }, paragraph]) {
    assert.equal(different(rule, 1_000_000), 1_000_000)
  }
  for (const locale of ['en_US', 'de', 'hu', 'ja', 'pt_BR']) {
    const rows = locale === 'en_US' ? 1_000_000 : 100_000
    assert.equal(different('address', rows, locale), rows, locale)
  }
})

test('as many rows as the capacity says are all different; one more is refused', () => {
  const cases: [Rule, string][] = [
    ['sentence', 'dv'],
    [{ type: 'sentence', words: { min: 2, max: 30 } }, 'en_US'],
    [{ type: 'paragraph', words: { min: 2, max: 3 } }, 'hu'],
    [{ type: 'paragraph', sentences: 1, words: 2 }, 'fa'],
    ['address', 'en_AU_ocker'],
  ]
  for (const [rule, locale] of cases) {
    const most = capacity(rule, locale)
    assert.ok(most <= 500_000, `${most} in ${locale}`)
    assert.equal(different(rule, most, locale), most, locale)
    assert.throws(() => configOf(rule, most + 1, locale), {
      code: 'invalid_config',
      message: new RegExp(`${most} different values`),
    })
  }
})

test('the words at the beginning tell sentences apart, as many as have less than 2^53 beginnings', () => {
  assert.equal(capacity({ type: 'sentence', words: 1 }), 300)
  assert.equal(capacity({ type: 'sentence', words: { min: 3, max: 8 } }), 300 ** 3)
  assert.equal(capacity({ type: 'sentence', words: 50 }), 300 ** 6)
})

test('where words are joined without spaces a unique sentence is refused with the reason', () => {
  for (const rule of ['sentence', 'paragraph']) {
    const { problems } = parseConfig(source(rule, 10, 'ja'))
    assert.match(problems.map(({ message }) => message).join(), /joined without spaces/)
  }
})

test('unique texts do not depend on chunks and batches', () => {
  for (const rule of ['sentence', { type: 'sentence', words: 20 }, 'paragraph', 'address']) {
    const config = configOf(rule, 400)
    const expected = fileOf(config, 't')
    const size = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(size, size, (chunk_rows, batchRows) => {
        const options = { batchRows, writer: 'closures', random: 'plain' } as const
        assert.equal(fileOf({ ...config, chunk_rows }, 't', options), expected)
      }),
      { numRuns: 8 },
    )
  }
})
