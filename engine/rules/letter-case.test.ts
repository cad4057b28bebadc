import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lowerCase, upperCase } from './letter-case.ts'

test('letters of the table change case as the language has them', () => {
  let letters = 0
  for (let code = 0; code < 0x2000; code++) {
    const char = String.fromCharCode(code)
    const lower = lowerCase(char)
    if (lower === char) continue
    letters++
    assert.equal(lower, char.toLowerCase())
    assert.equal(upperCase(lower), char)
    assert.equal(lower.toUpperCase(), char)
  }
  assert.ok(letters > 400)
  assert.equal(upperCase('straße, œuvre, ёж, ὠ'), 'STRAßE, ŒUVRE, ЁЖ, ὠ')
})
