import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceSpec } from '../test/deployments.ts'
import { tellRegion, tellService } from './steps.ts'

test('updates keep replicas, scaling keeps settings, no workers are no region', () => {
  const before = [serviceSpec('coordinator', { replicas: 2 })]
  const changed = serviceSpec('coordinator', { replicas: 3, settings: { A: '1' } })
  const [updated] = tellService(before, changed, 'update')
  assert.deepEqual([updated?.replicas, updated?.settings], [2, { A: '1' }])
  const [scaled] = tellService(before, changed, 'scale')
  assert.deepEqual([scaled?.replicas, scaled?.settings], [3, {}])
  assert.deepEqual(tellRegion([{ region: 'us-west', count: 1 }], 'us-west', 0), [])
  assert.deepEqual(tellRegion([], 'us-west', 2), [{ region: 'us-west', count: 2 }])
})
