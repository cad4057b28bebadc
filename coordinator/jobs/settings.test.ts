import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEASE, leaseOptions, TRAINING } from '../workflows/policies.ts'
import { workSettingsOf } from './settings.ts'

test('nothing set, and what is said as it is by default, leaves workflows as they are', () => {
  const usual = {
    SYNDATA_LEASE_TIMEOUT_SECONDS: '3600',
    SYNDATA_RETRIES: '3',
    SYNDATA_RETRY_DELAY_SECONDS: '5',
    SYNDATA_RETRY_BACKOFF: '2',
  }
  for (const env of [{}, usual]) {
    const problems: string[] = []
    assert.deepEqual(workSettingsOf(env, problems), { chunkRows: null, lease: null, errorsMax: 4 })
    assert.deepEqual(problems, [])
  }
  assert.deepEqual(leaseOptions(LEASE, undefined), LEASE)
})

test('what is set reaches the options of leases and trainings', () => {
  const env = {
    SYNDATA_CHUNK_ROWS: '50000',
    SYNDATA_LEASE_TIMEOUT_SECONDS: '600',
    SYNDATA_RETRIES: '1',
    SYNDATA_RETRY_DELAY_SECONDS: '0.5',
    SYNDATA_RETRY_BACKOFF: '1',
  }
  const { chunkRows, lease, errorsMax } = workSettingsOf(env, [])
  assert.deepEqual([chunkRows, errorsMax], [50_000, 2])
  const retry = {
    initialInterval: 500,
    backoffCoefficient: 1,
    maximumInterval: 500,
    maximumAttempts: 2,
  }
  const options = leaseOptions(LEASE, lease ?? undefined)
  assert.deepEqual(options, { ...LEASE, startToCloseTimeout: 600_000, retry })
  // A training takes as long as it takes: each attempt goes on from the last checkpoint.
  assert.deepEqual(leaseOptions(TRAINING, lease ?? undefined), { ...TRAINING, retry })
})

test('values that make no sense are named', () => {
  const problems: string[] = []
  workSettingsOf(
    {
      SYNDATA_CHUNK_ROWS: '0',
      SYNDATA_LEASE_TIMEOUT_SECONDS: 'an hour',
      SYNDATA_RETRIES: '1.5',
      SYNDATA_RETRY_DELAY_SECONDS: '-1',
      SYNDATA_RETRY_BACKOFF: '0',
    },
    problems,
  )
  assert.equal(problems.length, 5)
  for (const problem of problems) assert.match(problem, /^SYNDATA_\w+ must be a (whole )?number/)
})
