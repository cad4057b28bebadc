import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Condition, createReadiness } from './readiness.ts'

const holds: Condition = { unmet: 'never', check: async () => undefined }
const broken: Condition = { unmet: 'It is broken.', check: () => Promise.reject(new Error('why')) }

test('ready when every condition holds; else it says which do not, and the log says why', async () => {
  const unmet: unknown[] = []
  const options = { onUnmet: (reason: string, cause: unknown) => unmet.push([reason, cause]) }
  assert.deepEqual(await createReadiness([holds, holds], options).reasons(), [])
  assert.deepEqual(await createReadiness([holds, broken], options).reasons(), ['It is broken.'])
  assert.deepEqual(unmet, [['It is broken.', new Error('why')]])
})

test('conditions are checked once for those who ask together', async () => {
  let checks = 0
  const check = async () => void checks++
  const readiness = createReadiness([{ unmet: '', check }], { onUnmet: () => undefined })
  await Promise.all([readiness.reasons(), readiness.reasons(), readiness.reasons()])
  assert.equal(checks, 1)
})

test('who leaves is not ready at once, whatever was found before and is being found', async () => {
  const gate = Promise.withResolvers<void>()
  const options = { onUnmet: () => undefined }
  const readiness = createReadiness([{ unmet: '', check: () => gate.promise }], options)
  const asked = readiness.reasons()
  readiness.leave()
  gate.resolve()
  for (const reasons of [await asked, await readiness.reasons()])
    assert.deepEqual(reasons, ['It is stopping.'])
  assert.equal(readiness.leaving(), true)
})
