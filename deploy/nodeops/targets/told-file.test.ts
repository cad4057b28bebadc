import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { serviceSpec } from '../test/deployments.ts'
import { createToldFile, tellRegion, tellService } from './told-file.ts'

test('what was told is there for the next process, for its owner alone', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'told-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'state', 'a.told.json')
  const told = createToldFile(file)
  assert.equal(told.read().exists, false)
  told.write({ exists: true, services: [serviceSpec('worker')] })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(createToldFile(file).read().services, [serviceSpec('worker')])
  writeFileSync(file, '{"version":2}')
  assert.throws(() => told.read(), /not written by this nodeops/)
  told.remove()
  assert.deepEqual(createToldFile(file).read().services, [])
})

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
