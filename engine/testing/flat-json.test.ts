import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectsIn } from './flat-json.ts'

test('names are read as they stand, also where JSON.parse has met a backslash for a name', () => {
  JSON.parse('{"h":[],"\\\\":0}')
  for (const name of ['\n', '"', '\u0000', '\\', '{', ':', '}', 'a\\"b', '']) {
    const text = `{"h":1,${JSON.stringify(name)}:"a{\\"b:}"}`
    const expected = new Map<string, unknown>([
      ['h', 1],
      [name, 'a{"b:}'],
    ])
    assert.deepEqual(objectsIn(text), [expected])
    assert.deepEqual(objectsIn(`[\n${text},\n${text}\n]`), [expected, expected])
  }
  assert.deepEqual(objectsIn('{}'), [new Map()])
  assert.deepEqual(objectsIn('[]'), [])
})
