import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idlestGpu } from './idlest-gpu.ts'

test('trainings spread over the GPUs of a machine, and one without any trains on none', () => {
  const gpus = [0, 1].map((device) => ({ device, name: 'T4', driver: '550' }))
  const [first = null, second = null] = gpus
  assert.equal(idlestGpu(gpus, []), first)
  assert.equal(idlestGpu(gpus, [{ gpu: first }]), second)
  assert.equal(idlestGpu(gpus, [{ gpu: first }, { gpu: second }, { gpu: null }]), first)
  assert.equal(idlestGpu([], []), null)
})
