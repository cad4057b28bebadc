import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResolvedColumn, Scalar } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'
import { nodeOf, regexCapacity } from './regex.ts'

const SHAPES = ['[A-Z]{3}-\\d{4}', '(cat|dog|[a-z]{6})\\s?x+', '[0-9a-f]{40}', '[a-z]{0,3}', 'abc']

function draw(value: string, rows: number, more: Partial<ResolvedColumn> = {}): Scalar[] {
  const made = column('x', 'str', { type: 'regex', value }, more)
  return valuesOf(configOf([table('t', rows, [made])]), 't', 'x')
}

test('values match their expression', () => {
  for (const value of SHAPES) {
    const pattern = new RegExp(`^(?:${value})$`)
    for (const text of draw(value, 1000)) assert.match(String(text), pattern)
  }
})

test('unique values use the whole language once, ambiguous or not', () => {
  for (const value of ['[ab]{3}[0-9]', '(a|ab)(c|bc)', '(x|y?){5}', '[a-c]{0,4}', '\\d{3}']) {
    const capacity = regexCapacity(nodeOf(value)) ?? 0
    const words = draw(value, capacity, { unique: true })
    assert.equal(new Set(words).size, capacity)
    for (const word of words) assert.match(String(word), new RegExp(`^(?:${value})$`))
  }
  assert.equal(regexCapacity(nodeOf('(a|ab)(c|bc)')), 3)
  assert.equal(regexCapacity(nodeOf('[a-z]{12}')), 26 ** 10)
  assert.equal(regexCapacity(nodeOf('[a-z]{12}x?')), 2 ** 53 - 1)
})

test('unique values of huge languages do not repeat either', () => {
  for (const value of ['[a-z]{30}', '[a-z]{15,30}', '[0-9a-f]{64}|none']) {
    assert.equal(new Set(draw(value, 20_000, { unique: true })).size, 20_000)
  }
})

test('alternatives and numbers of repetitions are equally likely, however many words they have', () => {
  const words = draw('(cat|dog|[a-z]{9})', 9000).map(String)
  const share = (text: string) => words.filter((word) => word === text).length / words.length
  assert.ok(Math.abs(share('cat') - 1 / 3) < 0.02 && Math.abs(share('dog') - 1 / 3) < 0.02)
  const lengths = draw('a{1,4}', 8000).map((word) => String(word).length)
  for (const length of [1, 2, 3, 4]) {
    const count = lengths.filter((one) => one === length).length
    assert.ok(Math.abs(count / 8000 - 1 / 4) < 0.02)
  }
})

test('the bytes do not depend on chunks, batches or the kind of writer', () => {
  const columns = SHAPES.map((value, k) => column(`c${k}`, 'str', { type: 'regex', value }))
  const config = (chunkRows: number) => configOf([table('t', 3000, columns)], { chunkRows })
  const expected = fileOf(config(1000), 't')
  assert.equal(
    fileOf(config(77), 't', { batchRows: 51, writer: 'closures', random: 'plain' }),
    expected,
  )
})
