import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ENGINE_VERSION } from '#engine/version.ts'
import { type ConnectedWorker, createRegistry } from './registry.ts'

const workerOf = (id: string, engineVersion: string) =>
  ({
    ...{ id, engineVersion, region: 'eu-central', slots: 2, gpus: 0 },
    ...{ draining: false, suspect: false },
    ...{ leases: new Set(), trainings: new Set() },
  }) as unknown as ConnectedWorker

test('workers of another engine are room only while a job of that engine is under way', () => {
  const registry = createRegistry()
  registry.add(workerOf('a', ENGINE_VERSION))
  registry.add(workerOf('b', 'before'))
  const free = () => registry.freeSlots({ work: 'generate', regions: [] })
  assert.equal(free(), 2)
  registry.wantEngines(['before'])
  assert.equal(free(), 4)
  registry.wantEngines([])
  assert.equal(free(), 2)
})
