import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest.ts'

test('one slip of the fingers is seen through', () => {
  const names = ['first_name', 'last_name', 'range', 'sequence']
  assert.equal(nearestName('frist_name', names), 'first_name')
  assert.equal(nearestName('LAST-NAME', names), 'last_name')
  assert.equal(nearestName('rang', names), 'range')
  assert.equal(nearestName('seqence', names), 'sequence')
})

test('a name too far from all is nobody', () => {
  assert.equal(nearestName('temperature', ['first_name', 'range']), null)
  assert.equal(nearestName('x', []), null)
})
