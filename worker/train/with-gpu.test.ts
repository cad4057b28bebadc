import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '#engine/errors.ts'
import type { Gpu } from '#engine/tensor/session.ts'
import type { TrainingDevice } from './messages.ts'
import { withGpu } from './with-gpu.ts'

const gpu: Gpu = { device: 0, name: 'T4', driver: '550' }
const tryGpu = async (): Promise<void> => undefined

test('what fails on the GPU is begun again on the processor, and it is said why', async () => {
  const told: TrainingDevice[] = []
  const onDevice = (device: TrainingDevice) => void told.push(device)
  const used: (string | null)[] = []
  const made = await withGpu(
    gpu,
    async (session) => {
      used.push(session.gpu?.name ?? null)
      if (session.gpu) throw new Error('out of memory')
      return 'a model'
    },
    { onDevice, tryGpu },
  )
  assert.equal(made, 'a model')
  assert.deepEqual(used, ['T4', null])
  assert.deepEqual(told, [
    { gpu: 'T4', refusal: null },
    { gpu: null, refusal: 'out of memory' },
  ])
})

test('what the data forbid, and what fails on the processor, fails', async () => {
  let tries = 0
  const options = { onDevice: () => undefined, tryGpu }
  const broken = withGpu(
    gpu,
    async () => {
      tries++
      throw new AppError('invalid_request', 'nothing to learn')
    },
    options,
  )
  await assert.rejects(broken, { code: 'invalid_request' })
  assert.equal(tries, 1)
  const failing = withGpu(null, () => Promise.reject(new Error('no')), options)
  await assert.rejects(failing, /no/)
})
