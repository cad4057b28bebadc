// What streams share with their neighbours is nothing: bits in each order of engine/testing/raw-words.ts are as random
// as each by itself. And a generator that is no good does not get past the battery.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BATTERY_CRITICAL, battery } from '#engine/testing/battery.ts'
import { rawWords, WALKS } from '#engine/testing/raw-words.ts'

/** The next words of a block, the same word of the next block, and of the next row of a walk with 256 lanes. */
const LAGS = [1, 2, 3, 4, 8, 64, 1024]

suite('every order of the words', () => {
  for (const [name, walk] of Object.entries(WALKS)) {
    test(name, () => {
      const found = battery(rawWords(walk).next().value, LAGS)
      assert.ok(found.every(({ z }) => Number.isFinite(z)))
      assert.deepEqual(
        found.filter(({ z }) => Math.abs(z) > BATTERY_CRITICAL),
        [],
      )
    })
  }
})

const made = (next: () => number): Uint32Array => Uint32Array.from({ length: 2 ** 20 }, next)

function congruential(): Uint32Array {
  let state = 1
  return made(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  })
}

/** Of full period, but linear: any 32 words on end make a matrix of the same rank. */
function xorshift(): Uint32Array {
  let state = 1
  return made(() => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  })
}

/** A counter through too few rounds of multiplication and xor. */
function hasty(): Uint32Array {
  let counter = 0
  return made(() => {
    const product = Math.imul(counter++, 0xd2511f53)
    return (product ^ (product >>> 15)) >>> 0
  })
}

/** Good words, but each column is also its neighbour's. */
function shared(): Uint32Array {
  const words = rawWords(WALKS.columns).next().value.slice()
  return words.map((word, i) => ((i >> 2) % 2 === 1 ? (words[i - 4] as number) : word))
}

/** Good words, but heavy ones come after heavy ones. */
function clustered(): Uint32Array {
  const words = rawWords(WALKS.rows).next().value.slice()
  return words.map((word, i) => (i % 16 === 1 ? word | ((words[i - 1] as number) & 0xff) : word))
}

test('weak generators are found out, each by the tests that are there for it', () => {
  const cases: [words: Uint32Array, by: RegExp[]][] = [
    [congruential(), [/^lag 1, bit 0$/, /^gaps of low/, /^pairs of low/, /^collisions of low/]],
    [xorshift(), [/^ranks$/]],
    [hasty(), [/^spacings$/, /^collisions of high/]],
    [shared(), [/^lag 4, bit 31$/, /^weights$|^lag 4, bit 0$/]],
    [clustered(), [/^weights$/, /^bit 0$/]],
  ]
  for (const [words, by] of cases) {
    const failed = battery(words, LAGS).filter(({ z }) => Math.abs(z) > BATTERY_CRITICAL)
    for (const one of by)
      assert.ok(
        failed.some(({ name }) => one.test(name)),
        `${one}`,
      )
  }
})
