// Fewer workers in a pretended cluster, whose Deployment controller ends whatever is cheapest, beside a pretended
// coordinator that knows what each of them holds.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Deployment } from '../../deployment.ts'
import type { TargetError } from '../../target.ts'
import type { DoubleWorker } from '../../test/fleet-double.ts'
import {
  applyAll,
  bound,
  clusterFor,
  coordinatorOf,
  fewDeployment,
} from '../../test/kubernetes-setting.ts'

const REGION = 'us-west'
const workersOf = (count: number): Deployment =>
  fewDeployment({ regions: [{ region: REGION, count }] })

/** Three workers, connected; `env` is of nodeops. */
async function threeWorkers(t: TestContext, env: NodeJS.ProcessEnv = {}) {
  const { cluster, open } = clusterFor(t, env)
  const fleet = await coordinatorOf(t, cluster)
  const first = workersOf(3)
  await applyAll(open(first), first)
  // Two looks later they are well.
  for (let looks = 0; looks < 2; looks++) await open(first).observe(bound())
  const key = cluster.object('Secret', 'syndata-secrets')?.data?.['SYNDATA_ADMIN_API_KEY']
  fleet.key = Buffer.from(String(key), 'base64').toString()
  const pods = cluster.pods().filter((name) => name.startsWith('worker-'))
  assert.equal(pods.length, 3)
  const has = (...changes: Partial<DoubleWorker>[]) =>
    fleet.add(...pods.map((name, i) => ({ name, region: REGION, ...changes[i] })))
  const shrinkTo = async (count: number): Promise<string[]> => {
    const said: string[] = []
    await applyAll(open(workersOf(count)), workersOf(count), (line) => said.push(line))
    return said
  }
  const left = () => cluster.pods().filter((name) => name.startsWith('worker-'))
  return { fleet, cluster, pods, has, shrinkTo, left }
}

test('those that go were drained and had nothing left; the busiest stays', async (t) => {
  const { fleet, cluster, pods, has, shrinkTo, left } = await threeWorkers(t)
  has({ busyLooks: 50 }, { busyLooks: 3 }, {})
  const said = await shrinkTo(1)
  assert.deepEqual(left(), [pods[0]])
  assert.deepEqual(cluster.state().endedTooEarly, [])
  assert.deepEqual(fleet.told.toSorted(), [`drain ${pods[1]}`, `drain ${pods[2]}`].toSorted())
  assert.match(said.join('\n'), /drained, waiting for what they have begun/)
  assert.equal(JSON.stringify([said, cluster.calls()]).includes(String(fleet.key)), false)
  const scale = cluster.calls().find(([command]) => command === 'scale')
  assert.ok(scale?.join(' ').includes('--replicas 1 --current-replicas 3'), scale?.join(' '))
})

test('one that has work to the last stays, and goes on; the others are gone', async (t) => {
  const { fleet, cluster, pods, has, shrinkTo, left } = await threeWorkers(t, {
    NODEOPS_DRAIN_SECONDS: '1',
  })
  has({ busyLooks: Number.POSITIVE_INFINITY }, {}, { busyLooks: Number.POSITIVE_INFINITY })
  await assert.rejects(
    shrinkTo(1),
    /worker-us-west-[02] of us-west still had work after 1 s, and go on/,
  )
  const kept = left()
  assert.deepEqual(kept, [pods[0], pods[2]])
  assert.deepEqual(cluster.state().endedTooEarly, [])
  assert.equal(cluster.object('Deployment', 'worker-us-west')?.spec?.['replicas'], 2)
  for (const worker of fleet.workers.filter(({ name }) => kept.includes(name)))
    assert.equal(worker.state, 'active')
  for (const worker of fleet.workers) worker.busyLooks = 0
  await shrinkTo(1)
  assert.equal(left().length, 1)
  assert.deepEqual(cluster.state().endedTooEarly, [])
})

test('a region that is left is emptied first', async (t) => {
  const { cluster, has, shrinkTo, left } = await threeWorkers(t)
  has({ busyLooks: 2 }, {}, { connected: false })
  await shrinkTo(0)
  assert.deepEqual(left(), [])
  assert.deepEqual(cluster.state().endedTooEarly, [])
  assert.equal(cluster.object('Deployment', 'worker-us-west'), undefined)
})

test('one that has lost its connection, which would go first, is waited for', async (t) => {
  const { cluster, pods, has, shrinkTo, left } = await threeWorkers(t)
  has({ busyLooks: 90 }, {}, {})
  cluster.change(({ away }) => {
    away[pods[0] ?? ''] = 2
  })
  const said = await shrinkTo(2)
  assert.match(said.join('\n'), /worker-us-west-0: not connected yet/)
  assert.ok(left().includes(pods[0] ?? ''))
  assert.deepEqual(cluster.state().endedTooEarly, [])
})

test('without the right to ask nobody waits for it to come', async (t) => {
  const { cluster, shrinkTo, left } = await threeWorkers(t)
  const message =
    'Error from server (Forbidden): pods "c" is forbidden: cannot create pods/portforward'
  cluster.change(({ faults }) =>
    faults.push({ kind: 'fail', command: 'port-forward', message, times: 1 }),
  )
  await assert.rejects(shrinkTo(2), (error: TargetError) => {
    assert.equal(error.kind, 'refused')
    return /pods\/portforward/.test(error.message)
  })
  assert.equal(left().length, 3)
})

test('nobody goes when somebody else scales meanwhile, and all go on', async (t) => {
  const { fleet, cluster, has, shrinkTo, left } = await threeWorkers(t)
  has({}, {}, {})
  const message = 'error: Expected replicas to be 3, was 5'
  cluster.change(({ faults }) => faults.push({ kind: 'fail', command: 'scale', message, times: 1 }))
  await assert.rejects(shrinkTo(1), /Expected replicas/)
  assert.equal(left().length, 3)
  for (const { state } of fleet.workers) assert.equal(state, 'active')
})

test('a coordinator that does not answer is a reason to end nobody, unless nobody is to wait', async (t) => {
  const { cluster, fleet, shrinkTo, left } = await threeWorkers(t, { NODEOPS_DRAIN_SECONDS: '1' })
  const { key } = fleet
  fleet.key = 'another'
  await assert.rejects(shrinkTo(1), /cannot be asked .*answered 401/)
  fleet.key = key
  cluster.change((state) => {
    state.restPort = null
  })
  await assert.rejects(shrinkTo(1), /unable to forward port/)
  assert.equal(left().length, 3)
})

test('where nobody is to wait, they end by the signal alone', async (t) => {
  const { fleet, has, shrinkTo, left } = await threeWorkers(t, { NODEOPS_DRAIN_SECONDS: '0' })
  has({}, {}, {})
  await shrinkTo(2)
  assert.equal(left().length, 2)
  assert.deepEqual(fleet.told, [])
})
