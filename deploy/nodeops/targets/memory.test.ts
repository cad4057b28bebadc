import { test } from 'node:test'
import { smallDeployment } from '../test/deployments.ts'
import { targetContract } from './contract.ts'
import { createMemoryTarget } from './memory.ts'

test('the memory target keeps the contract', async (t) => {
  const first = smallDeployment()
  const regions = [{ region: 'us-west', count: 3 }]
  const changed = smallDeployment({ regions })
  const services = changed.services.map((spec) =>
    spec.role === 'worker' ? { ...spec, settings: { SYNDATA_THREADS: '2' } } : spec,
  )
  await targetContract(t, {
    target: createMemoryTarget(),
    first,
    second: { ...changed, services },
    leftovers: async () => [],
    timeoutMs: 10_000,
  })
})
