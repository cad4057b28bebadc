// How many are well during a rollout, and what is said of those that are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type PodObject, readyOf, stateOf, type WorkloadObject } from './objects.ts'

const workload = (
  replicas: number,
  status: NonNullable<WorkloadObject['status']>,
): WorkloadObject => ({
  kind: 'Deployment',
  metadata: { name: 'worker', generation: 2 },
  spec: { replicas },
  status: { observedGeneration: 2, ...status },
})

const pod = (status: NonNullable<PodObject['status']>, more = {}): PodObject => ({
  kind: 'Pod',
  metadata: { name: 'worker-1', ...more },
  status,
})

const waiting = (reason: string, message?: string, exitCode?: number): PodObject =>
  pod({
    containerStatuses: [
      {
        name: 'worker',
        state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
        ...(exitCode === undefined ? {} : { lastState: { terminated: { exitCode } } }),
      },
    ],
  })

test('only those of the present form that are well count', () => {
  const count = (status: NonNullable<WorkloadObject['status']>) => readyOf(workload(3, status))
  assert.equal(count({ replicas: 3, updatedReplicas: 3, readyReplicas: 3 }), 3)
  assert.equal(count({ replicas: 4, updatedReplicas: 1, readyReplicas: 3 }), 0)
  assert.equal(count({ replicas: 4, updatedReplicas: 3, readyReplicas: 3 }), 2)
  assert.equal(
    count({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3 }),
    0,
    'what the controller has not seen yet is not done',
  )
})

test('however many old ones are left, no more count than are new, or than are well', () => {
  const many = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(many, many, many, (old, updated, well) => {
      const readyReplicas = Math.min(well, old + updated)
      const status = { replicas: old + updated, updatedReplicas: updated, readyReplicas }
      const ready = readyOf(workload(20, status))
      assert.ok(ready >= 0 && ready <= updated && ready <= readyReplicas)
      assert.equal(
        ready === old + updated,
        (old === 0 && readyReplicas === updated) || old + updated === 0,
      )
    }),
  )
})

test('what keeps a service from running is said in words', () => {
  const short = [workload(1, { replicas: 1, updatedReplicas: 1 })]
  const state = (...pods: PodObject[]) => stateOf(short, pods)
  assert.equal(state(), 'starting')
  assert.equal(state(waiting('ContainerCreating')), 'starting')
  assert.match(state(waiting('CrashLoopBackOff', undefined, 78)), /again and again .*exit code 78/)
  assert.match(state(waiting('ImagePullBackOff', 'no such tag')), /cannot be pulled .*no such tag/)
  assert.match(
    state(waiting('CreateContainerConfigError', 'secret "mine" not found')),
    /not complete .*"mine"/,
  )
  const unschedulable = { type: 'PodScheduled', status: 'False', message: '0/3 nodes: no memory' }
  assert.match(state(pod({ conditions: [unschedulable] })), /no node for it: 0\/3 nodes/)
  const ending = {
    ...waiting('CrashLoopBackOff'),
    metadata: { name: 'a', deletionTimestamp: 'now' },
  }
  assert.equal(state(ending), 'starting', 'a pod that ends is nobody’s trouble')
  const quota = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' }
  assert.match(stateOf([workload(1, { conditions: [quota] })], []), /no pods: exceeded quota/)
  assert.equal(
    stateOf([workload(1, { replicas: 1, updatedReplicas: 1, readyReplicas: 1 })], []),
    'running',
  )
})
