// No test needs a GPU: what one does is injected, and one that no machine has is refused everywhere.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceFor } from './on-gpu.ts'
import { runtimeClass } from './session.ts'

const gpu = { device: 0, name: 'NVIDIA H200', driver: '570.86' }

test('sessions compute on a GPU that works, and the class of the runtime names it', async () => {
  const { session, refusal } = await deviceFor(gpu, async (tried) => assert.equal(tried, gpu))
  assert.deepEqual({ session, refusal }, { session: { gpu }, refusal: null })
  assert.match(runtimeClass(session), / cuda \w+ NVIDIA H200 driver 570\.86$/)
})

test('a GPU that cannot be used is not used, and it is said why', async () => {
  const failed = await deviceFor(gpu, () => Promise.reject(new Error('no CUDA libraries')))
  assert.deepEqual(failed, { session: {}, refusal: 'no CUDA libraries' })
  assert.match(runtimeClass(failed.session), / cpu \w+$/)
  assert.deepEqual(await deviceFor(null), { session: {}, refusal: null })
  const { session, refusal } = await deviceFor({ ...gpu, device: 4_096 })
  assert.deepEqual(session, {})
  assert.ok(refusal)
})
