import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobSpec } from '../ledger/job-spec.ts'
import type { LeaseRow } from '../ledger/leases.ts'
import { cut } from './assignments.ts'
import { applyToChunk, assignChunks, createLease, outcomeOf, releaseHolder } from './lease.ts'

const leaseWith = (missing: number[]) =>
  createLease({ id: 'l' } as LeaseRow, { spec: {} as JobSpec, missing, nowMs: 0 })

test('a lease is done when all its chunks are committed, whoever made them', () => {
  const lease = leaseWith([0, 1])
  assignChunks(lease, 'a', [0, 1])
  applyToChunk(lease, 0, 'committed')
  assert.equal(outcomeOf(lease), 'busy')
  assert.deepEqual(releaseHolder(lease, 'a'), [1])
  assert.equal(outcomeOf(lease), 'missing')
  assignChunks(lease, 'b', [1])
  applyToChunk(lease, 1, 'committed')
  assert.equal(outcomeOf(lease), 'done')
})

test('what a second holder makes too is not orphaned by the first one leaving', () => {
  const lease = leaseWith([0, 1])
  assignChunks(lease, 'a', [0, 1])
  assignChunks(lease, 'b', [1])
  assert.deepEqual(releaseHolder(lease, 'a'), [0])
})

test('results on their way keep a lease open', () => {
  const lease = leaseWith([0])
  assignChunks(lease, 'a', [0])
  lease.committing = 1
  releaseHolder(lease, 'a')
  assert.equal(outcomeOf(lease), 'busy')
})

test('failed chunks fail the lease for another attempt, a dead one for good, missing ones go first', () => {
  const lease = leaseWith([0, 1, 2])
  applyToChunk(lease, 0, 'failed')
  assert.equal(outcomeOf(lease), 'missing')
  applyToChunk(lease, 1, 'committed')
  applyToChunk(lease, 2, 'committed')
  assert.equal(outcomeOf(lease), 'failed')
  applyToChunk(lease, 0, 'condemned')
  assert.equal(outcomeOf(lease), 'dead')
})

test('chunks under suspicion get assignments of their own', () => {
  const lease = leaseWith([0, 1, 2, 3])
  assert.deepEqual(
    cut(lease, [2], 0).map(({ chunks }) => chunks),
    [[0, 1, 3], [2]],
  )
})
