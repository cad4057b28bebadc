// Settings of scaling: off unless limits are set, and every mistake named.

import assert from 'node:assert/strict'
import test from 'node:test'
import { readSchedulerConfig } from '#coordinator/config.ts'
import { POLICY_DEFAULTS, policyOf } from './settings.ts'

const BASE = { DATABASE_URL: 'postgresql://x', TEMPORAL_ADDRESS: 'x:1' }
const read = (env: Record<string, string>) => readSchedulerConfig({ ...BASE, ...env })

test('nothing is scaled and no job deleted unless that is asked for', () => {
  const { scaling, jobRetentionDays } = read({ SYNDATA_SCALING_PROVIDER: 'local:/s' })
  assert.deepEqual([scaling.providers, scaling.policy.pools, jobRetentionDays], [{}, {}, null])
  assert.equal(read({ JOB_CLEANUP_DAYS: '30' }).jobRetentionDays, 30)
})

test('limits, regions and waits are read, each with its unit', () => {
  const problems: string[] = []
  const policy = policyOf(
    {
      SYNDATA_SCALING_MAX: '12',
      SYNDATA_SCALING_REGIONS: 'us-west=2, us-east',
      SYNDATA_SCALING_GPU_MIN: '0',
      SYNDATA_SCALING_UP_CPU_PERCENT: '70',
      SYNDATA_SCALING_COOL_DOWN_SECONDS: '1.5',
    },
    problems,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual(policy.pools.cpu, {
    ...{ min: 3, max: 12 },
    regions: [
      { region: 'us-west', floor: 2 },
      { region: 'us-east', floor: 0 },
    ],
  })
  assert.deepEqual([policy.pools.gpu?.min, policy.pools.gpu?.max], [0, 15])
  assert.deepEqual([policy.up.cpu, policy.coolDownMs], [0.7, 1_500])
  assert.deepEqual(policy.down, POLICY_DEFAULTS.down)
})

test('every mistake is named, and secrets are by reference alone', () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ SYNDATA_SCALING_MIN: '9', SYNDATA_SCALING_MAX: '3' }, /SYNDATA_SCALING_MIN and/],
    [{ SYNDATA_SCALING_MIN: '3' }, /SYNDATA_SCALING_PROVIDER is not/],
    [{ SYNDATA_SCALING_MIN: '3', SYNDATA_SCALING_REGIONS: 'moon=1' }, /of us-west.*moon=1 is not/],
    [{ SYNDATA_SCALING_MAX: '3', SYNDATA_SCALING_REGIONS: 'us-west=4' }, /keep more/],
    [{ SYNDATA_SCALING_DOWN_QUEUE: '7' }, /of queue must be below/],
    [{ SYNDATA_SCALING_PROVIDER: 'cloud' }, /must be local/],
    [{ SYNDATA_SCALING_PROVIDER: 'webhook:ftp://h' }, /must be local/],
    [{ SYNDATA_SCALING_PROVIDER: 'webhook:http://h' }, /must be https/],
    [
      { SYNDATA_SCALING_PROVIDER: 'webhook:https://h', SYNDATA_SCALING_SECRET: 'abc' },
      /must be a reference to a secret/,
    ],
    [
      { SYNDATA_SCALING_PROVIDER: 'createos:p', SYNDATA_SCALING_CREATEOS_ENVIRONMENTS: 'us-west' },
      /CREATEOS_ENVIRONMENTS/,
    ],
    [{ SYNDATA_JOB_RETENTION_DAYS: 'all' }, /SYNDATA_JOB_RETENTION_DAYS/],
  ]
  for (const [env, message] of wrong) assert.throws(() => read(env), message, JSON.stringify(env))
})

test('the service account of a pod says where its API server is', () => {
  const { scaling } = read({
    ...{ SYNDATA_SCALING_MIN: '3', SYNDATA_SCALING_PROVIDER: 'kubernetes' },
    ...{
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      SYNDATA_SCALING_GPU_MAX: '2',
      SYNDATA_SCALING_GPU_MIN: '0',
    },
  })
  assert.partialDeepStrictEqual(scaling.providers, {
    cpu: { url: 'https://10.0.0.1:443', deployment: 'worker-{region}' },
    gpu: { deployment: 'worker-gpu-{region}' },
  })
})
