import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warmUp } from './warm-up.ts'

test('a thread warms up until it is done, or has other work', async () => {
  assert.equal(await warmUp(() => false), 30_000)
  assert.equal(await warmUp(() => true), 0)
  let asked = 0
  assert.equal(await warmUp(() => ++asked > 8), 4000)
})
