import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTemplate, slotsOf } from './template.ts'

test('text, slots and braces', () => {
  assert.deepEqual(parseTemplate('{{a}} {first} & { last }!'), {
    parts: ['{a} ', { slot: 'first' }, ' & ', { slot: 'last' }, '!'],
  })
  assert.deepEqual(slotsOf('{a}{b}{a}'), ['a', 'b', 'a'])
})

test('what is open or empty is named', () => {
  for (const text of ['{a', 'a}', '{}', '{a{b}']) assert.ok('fault' in parseTemplate(text), text)
})
