import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeTexts, layoutCapacity, layoutOf } from './layout.ts'
import { type Pattern, parsePattern, withoutRepeats } from './pattern.ts'
import { createTextIndex } from './text-index.ts'

const none = (): readonly string[] => []

function texts(patterns: readonly Pattern[]): string[] {
  const layout = layoutOf(patterns)
  const capacity = layoutCapacity(layout)
  const codes = layout.dictionaries.map(() => new Int32Array(capacity))
  decodeTexts(
    layout,
    codes,
    Float64Array.from({ length: capacity }, (_, i) => i),
    capacity,
  )
  return Array.from({ length: capacity }, (_, i) =>
    layout.dictionaries.map((dictionary, k) => dictionary[codes[k]?.[i] ?? -1]).join(''),
  )
}

test('patterns spell out their marks', () => {
  assert.deepEqual(texts([parsePattern('a<08-10>[xy]', none)]), [
    ...['a08x', 'a08y', 'a09x', 'a09y', 'a10x', 'a10y'],
  ])
  assert.equal(texts([parsePattern('## ?', none)]).length, 2600)
  const colors = () => ['red', 'blue']
  assert.deepEqual(texts([parsePattern('{color}!', colors), parsePattern('no {color}', colors)]), [
    ...['red!', 'blue!', 'no red', 'no blue'],
  ])
  assert.deepEqual(texts([parsePattern('s/n', none), parsePattern('<1-2>', none)]), [
    's/n',
    '1',
    '2',
  ])
})

const word = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '-'), minLength: 1, maxLength: 4 })
const token = fc.oneof(
  fc.constantFrom(' ', '-', 'ab', '--'),
  fc.array(word, { minLength: 1, maxLength: 5 }),
)

test('patterns without repeats make no text twice', () => {
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), (tokens) => {
      const joined = tokens.filter(
        (one, i) => typeof one !== 'string' || typeof tokens[i + 1] !== 'string',
      )
      const all = texts([withoutRepeats(joined)])
      assert.equal(new Set(all).size, all.length)
    }),
  )
})

test('the number of a text is found among patterns of sorted words of one length', () => {
  const patterns = ['350<04-99>', '<351-368>##', '[AB]# ?', '00-##'].map((one) =>
    parsePattern(one, none),
  )
  const all = texts(patterns)
  const index = createTextIndex(layoutOf(patterns))
  for (const [i, text] of all.entries()) assert.equal(index(text), i)
  for (const text of ['', '35003', '3501', 'C1 A', 'A1 AA']) assert.equal(index(text), -1)
})
