import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDraw } from './draw.ts'
import { includes } from './includes.ts'
import { languageOf } from './language.ts'
import type { Node } from './node.ts'
import { parseRegex } from './parse.ts'

function nodeOf(text: string): Node {
  const parsed = parseRegex(text)
  assert.ok('node' in parsed, `${text}: ${'fault' in parsed ? parsed.fault : ''}`)
  return parsed.node
}

function wordsOf(text: string): string[] {
  const language = languageOf(nodeOf(text))
  assert.ok(language)
  return Array.from({ length: Number(language.count) }, (_, k) => language.word(BigInt(k)))
}

test('what cannot be drawn from is refused with the reason and the place', () => {
  const cases: [string, RegExp][] = [
    ['(a)\\1', /backreference \\1.*character 4/],
    ['(?<n>a)\\k<n>', /backreference \\k.*character 8/],
    ['a(?=b)', /ahead or behind.*character 2/],
    ['(?<!a)b', /ahead or behind.*character 1/],
    ['(?i)a', /flags.*character 1/],
    ['\\bword', /word boundary.*character 1/],
    ['\\p{L}', /Unicode property/],
    ['a(b', /\( without its \).*character 2/],
    ['ab)', /\) without its \(.*character 3/],
    ['[a-', /\[ without its \].*character 1/],
    ['[z-a]', /backwards.*character 2/],
    ['[[:alpha:]]', /POSIX/],
    ['[]', /without characters/],
    ['*a', /nothing to repeat.*character 1/],
    ['a++', /repeats a repetition.*character 3/],
    ['a{3,2}', /at least 3 and at most 2/],
    ['a^b', /\^ stands inside.*character 2/],
    ['(a$|b)c', /\$ stands inside/],
    ['a\\', /ends too early/],
    ['((a{100}){100}){100}', /1000000 characters/],
    ['((a?){90}){90}', /characters/],
    ['(((){999}){999}){999}', /too large/],
    ['[\\u{1}-\\u{10ffff}]', /more than 4096/],
    ['('.repeat(60) + ')'.repeat(60), /50 deep/],
    ['a'.repeat(1001), /longer than 1000/],
  ]
  for (const [text, expected] of cases) {
    const parsed = parseRegex(text)
    assert.ok('fault' in parsed, text)
    assert.match(parsed.fault, expected)
  }
})

test('anchors at the ends, named groups and lazy repetitions say nothing more', () => {
  assert.deepEqual(wordsOf('^(?<x>a|b)(?:c)??$'), wordsOf('(a|b)c?'))
  assert.deepEqual(wordsOf('^a|b$'), ['a', 'b'])
  assert.deepEqual(wordsOf('\\Aa\\Z'), ['a'])
})

const atom = fc.constantFrom('a', 'b', '[ab]', '[^ -ac-~]', '\\x61', '(?:a|ab)', '(a|b)')
const repeated = fc
  .tuple(atom, fc.constantFrom('', '', '?', '{2}', '{0,2}', '{1,3}'))
  .map((pair) => pair.join(''))
const sequence = fc.array(repeated, { minLength: 1, maxLength: 4 }).map((list) => list.join(''))
const expression = fc
  .array(sequence, { minLength: 1, maxLength: 3 })
  .map((list) => list.map((one) => `(${one})`).join('|'))

/** All texts over a and b up to a length. */
function allTexts(length: number): string[] {
  if (length === 0) return ['']
  const shorter = allTexts(length - 1)
  const longest = shorter.filter((text) => text.length === length - 1)
  return [...shorter, ...longest.flatMap((text) => [`${text}a`, `${text}b`])]
}

test('a language is exactly what the expression matches, each word once', () => {
  const texts = allTexts(12)
  fc.assert(
    fc.property(expression, (text) => {
      const words = wordsOf(text)
      const matched = texts.filter((one) => new RegExp(`^(?:${text})$`).test(one))
      const short = words.filter((word) => word.length <= 12)
      assert.equal(new Set(words).size, words.length)
      assert.deepEqual(short.toSorted(), matched.toSorted())
    }),
    { numRuns: 60 },
  )
})

test('drawn words match, whatever is drawn', () => {
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const free = '(?:Mr|Mrs)\\. [A-Z][^\\W\\d_]{2,}\\s?(\\d+|x*)[.\\-\\]]\\u0041[\\w-]'
  for (const text of [free, '[\\s\\S]\\D\\t', '(|a|bb){3}']) {
    const draw = createDraw(nodeOf(text))
    const pattern = new RegExp(`^(?:${text})$`)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 9 }), (list) => {
        let at = 0
        assert.match(draw({ next: () => list[at++ % list.length] ?? 0 }), pattern)
      }),
    )
  }
})

test('what one expression makes is known to match another, or not', () => {
  const mail = nodeOf('[a-z]{1,12}[.][a-z]{1,12}[0-9]{0,4}@example[.](com|org)')
  const holds = (text: string) => includes(nodeOf(text), mail)
  assert.ok(holds('^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$'))
  assert.ok(holds('^\\S+@\\S+$'))
  assert.ok(!holds('^[a-z]+@[a-z.]+$'))
  assert.ok(!holds('^\\S{1,28}@\\S+$'))
  assert.ok(!holds('^\\S+@example\\.com$'))
})

test('an expression with exponentially many states is given up in bounded time', () => {
  const language = languageOf(nodeOf('(a|b){0,200}a(a|b){100}'))
  assert.equal(language, null)
})
