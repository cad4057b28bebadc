import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobSpec } from '../ledger/job-spec.ts'
import type { LeaseRow } from '../ledger/leases.ts'
import { createAssignments, cut } from './assignments.ts'
import { applyToChunk, createLease, type Lease } from './lease.ts'
import type { ConnectedWorker, Registry } from './registry.ts'

const spec = {
  config: { engine_version: '1' },
  regions: [],
  kind: 'generate',
} as unknown as JobSpec

const VIEW = {
  ...{ id: 'w', region: 'eu-central', trust: 'trusted', engineVersion: '1', gpus: 0 },
  ...{ slots: 1, trainings: 0, draining: false, suspect: false, rowsPerSecond: null },
}

function setUp() {
  let busy = 1
  const [handed, needless]: [number[][], Lease[]] = [[], []]
  const worker = { id: 'w', suspect: false } as ConnectedWorker
  const registry = {
    views: () => [{ ...VIEW, busy }],
    get: (id: string) => (id === 'w' ? worker : undefined),
  } as unknown as Registry
  const assignments = createAssignments(
    registry,
    (_worker, _lease, chunks) => handed.push(chunks),
    (lease) => needless.push(lease),
  )
  const lease = createLease({ id: 'l' } as LeaseRow, { spec, missing: [1, 2], nowMs: 0 })
  for (const assignment of cut(lease, [], 0)) assignments.add(assignment, 'back')
  const free = () => {
    busy = 0
    assignments.pump()
  }
  return { assignments, lease, handed, needless, free }
}

test('what waits is handed over when there is room, but for chunks that are done by then', () => {
  const { assignments, lease, handed, needless, free } = setUp()
  assignments.pump()
  assert.equal(assignments.waits(lease), true)
  applyToChunk(lease, 1, 'committed')
  free()
  assert.deepEqual([handed, needless], [[[2]], []])
  assert.equal(assignments.waits(lease), false)
})

test('a lease of which others did all is told to be over while it waits', () => {
  const { assignments, lease, handed, needless } = setUp()
  for (const chunk of [1, 2]) applyToChunk(lease, chunk, 'committed')
  assignments.pump()
  assert.deepEqual([handed, needless], [[], [lease]])
  assert.equal(assignments.waits(lease), false)
})

test('a copy beside a worker that is heard again is not needed', () => {
  const { assignments, lease, needless, free } = setUp()
  free()
  assignments.add({ lease, chunks: [1], besides: 'w', queuedMs: 0 }, 'front')
  assignments.pump()
  assert.deepEqual(needless, [lease])
})
