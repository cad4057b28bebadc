// An update of what runs, in its order: what workers work for first, then workers, region by region, and no further than
// it is well.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { Deployment } from '../deployment.ts'
import { applySteps, converge } from '../execute.ts'
import { planSteps } from '../plan.ts'
import { type Applying, type Target, TimedOut } from '../target.ts'
import { serviceSpec, smallDeployment } from '../test/deployments.ts'
import { bound, clusterFor, fewDeployment, root, withWorker } from '../test/kubernetes-setting.ts'
import type { ComposeFile } from './compose/render.ts'
import { createComposeTarget } from './compose.ts'
import { drainFindings, graceSecondsOf } from './grace.ts'
import { inTurn } from './in-turn.ts'
import { createMemoryTarget } from './memory.ts'

const REGIONS = ['eu-central', 'us-east', 'us-west']
const regions = REGIONS.map((region) => ({ region, count: 2 }))
const BROKEN = 'registry.example.com/syndata-worker:broken'

/** What is said from the begin of a plan to its end, however it ends. */
async function told(target: Target, deployment: Deployment, timeoutMs: number) {
  const said: string[] = []
  const steps = planSteps(deployment, await target.observe(bound()))
  const waiting = { ...bound(), timeoutMs, say: (line: string) => said.push(line) }
  const failure = await applySteps(target, deployment, { ...waiting, steps }).catch(
    (error) => error,
  )
  return {
    failure: failure as unknown,
    said: said.join('\n'),
    steps: steps.map(({ kind }) => kind),
  }
}

test('in a cluster a region is told when the one before is well, and a broken form goes no further', async (t) => {
  const { cluster, open } = clusterFor(t)
  const first = fewDeployment({ regions })
  const target = open(first)
  await converge(target, first, bound())
  const images = () =>
    REGIONS.map((region) => {
      const spec = cluster.object('Deployment', `worker-${region}`)?.spec as
        | { template: { spec: { containers: { image: string }[] } } }
        | undefined
      return spec?.template.spec.containers[0]?.image
    })
  const [before] = images()
  cluster.change(({ faults }) => faults.push({ kind: 'no image', image: BROKEN }))
  const { failure, said, steps } = await told(target, withWorker(first, { image: BROKEN }), 1_200)
  assert.deepEqual(steps, ['update', 'settle'])
  assert.ok(failure instanceof TimedOut, String(failure))
  assert.match(failure.message, /^eu-central is not well after 1\.2 s: the image cannot be pulled/)
  assert.match(failure.whatToDo, /^us-east, us-west ran on as before\. See nodeops logs worker/)
  assert.match(said, /eu-central: 0 of 2 are of the new form/)
  assert.deepEqual(images(), [BROKEN, before, before])
  const good = withWorker(first, { image: 'registry.example.com/syndata-worker:2' })
  const again = await told(target, good, 30_000)
  assert.equal(again.failure, undefined, String(again.failure))
  assert.deepEqual(again.steps, ['update', 'settle'])
  assert.match(again.said, /eu-central: 2 of 2[\s\S]*us-east: 2 of 2/)
  assert.doesNotMatch(again.said, /us-west:/)
  assert.deepEqual(new Set(images()), new Set(['registry.example.com/syndata-worker:2']))
  const settled = await converge(target, good, bound())
  assert.deepEqual(settled, [])
})

test('containers of a region are replaced when those of the one before are well', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'syndata-rollout-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  process.env['FAKE_DOCKER_DIR'] = folder
  const command = new URL('../test/fake-docker.mjs', import.meta.url).pathname
  const dataDir = path.join(folder, 'deployment')
  const references = { env: {}, folder }
  const target = createComposeTarget({ name: 'small', dataDir, root, references, command })
  const first = smallDeployment({ regions })
  await converge(target, first, bound())
  const drain = { SYNDATA_DRAIN_SECONDS: { value: '90' } }
  const { failure, said } = await told(target, withWorker(first, { env: drain }), 30_000)
  assert.equal(failure, undefined)
  assert.match(said, /worker-eu-central: 2 of 2[\s\S]*worker-us-east: 2/)
  assert.doesNotMatch(said, /worker-us-west:/)
  const file = parse(readFileSync(path.join(dataDir, 'compose.yaml'), 'utf8')) as ComposeFile
  assert.equal(file.services['worker-us-west']?.stop_grace_period, '95s')
})

test('workers are told anew when what they work for is well in its new form', async () => {
  const { target, first } = { target: createMemoryTarget(), first: smallDeployment() }
  await converge(target, first, bound())
  const changed = {
    ...first,
    services: first.services.map((spec) =>
      spec.role === 'coordinator' || spec.role === 'worker'
        ? { ...spec, settings: { SYNDATA_X: '2' } }
        : spec,
    ),
  }
  const order: string[] = []
  const watched: Target = {
    ...target,
    observe: async (options) => {
      order.push('look')
      return target.observe(options)
    },
    apply: async (step, applying: Applying) => {
      order.push('service' in step ? `${step.kind} ${step.service}` : step.kind)
      return target.apply(step, applying)
    },
  }
  await converge(watched, changed, bound())
  assert.deepEqual(order.slice(0, 4), ['look', 'update coordinator', 'look', 'update worker'])
})

test('turns: each region that is told is well before the next one, whatever fails on the way', async () => {
  const begun: string[] = []
  const looks = new Map<string, number>()
  const turns = {
    begin: async (region: string) => void begun.push(region),
    look: async (region: string) => {
      const seen = (looks.get(region) ?? 0) + 1
      looks.set(region, seen)
      return { ready: seen - 1, replicas: 1, state: seen === 1 ? 'starting' : 'running' }
    },
  }
  await inTurn(['a', 'b', 'c'], turns, bound())
  assert.deepEqual(
    [begun, [...looks]],
    [
      ['a', 'b', 'c'],
      [
        ['a', 2],
        ['b', 2],
      ],
    ],
  )
  const reason = new Error('no more')
  const stopped = { ...bound(), signal: AbortSignal.abort(reason) }
  await assert.rejects(inTurn(['a'], turns, stopped), reason)
})

test('a container has the time that its program takes to stop, and more if the file gives that more', () => {
  const grace = (role: 'worker' | 'coordinator' | 'postgres', seconds: string, usual = 30) =>
    graceSecondsOf(serviceSpec(role, { env: { SYNDATA_DRAIN_SECONDS: { value: seconds } } }), usual)
  assert.equal(grace('worker', '25'), 30)
  assert.equal(grace('worker', '299.5'), 305)
  assert.equal(grace('coordinator', '60'), 80)
  assert.equal(grace('coordinator', 'many'), 30)
  assert.equal(grace('postgres', '300'), 30)
  const found = (seconds: string) =>
    drainFindings(serviceSpec('worker', { env: { SYNDATA_DRAIN_SECONDS: { value: seconds } } }), 15)
  assert.deepEqual([found('10'), drainFindings(serviceSpec('worker'), 15)], [[], []])
  assert.match(found('11')[0]?.message ?? '', /killed after 15 s here/)
})
