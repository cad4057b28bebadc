import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applySteps } from './execute.ts'
import { planSteps } from './plan.ts'
import { revisionOf } from './revision.ts'
import { showPlan } from './show-plan.ts'
import { createMemoryTarget, type MemoryTarget } from './targets/memory.ts'
import { deploymentBy, serviceSpec, smallDeployment } from './test/deployments.ts'

const bound = { signal: AbortSignal.timeout(60_000), timeoutMs: 60_000, say: () => undefined }
const planOf = async (target: MemoryTarget, deployment: Parameters<typeof planSteps>[0]) =>
  planSteps(deployment, await target.observe(bound))

const deployed = async (deployment: Parameters<typeof planSteps>[0]) => {
  const target = createMemoryTarget()
  await applySteps(target, deployment, { ...bound, steps: await planOf(target, deployment) })
  return target
}

test('from anything that runs, the plan reaches what is wanted, and then there is nothing to plan', async () => {
  await fc.assert(
    fc.asyncProperty(deploymentBy, deploymentBy, async (before, wanted) => {
      const target = await deployed(before)
      await applySteps(target, wanted, { ...bound, steps: await planOf(target, wanted) })
      const { state } = target
      const names = (services: { name: string }[]) => services.map(({ name }) => name).sort()
      assert.deepEqual(names(state.services), names(wanted.services))
      for (const spec of wanted.services) {
        assert.deepEqual(
          state.services.find(({ name }) => name === spec.name),
          spec.role === 'worker'
            ? { ...spec, replicas: state.services.find((s) => s.name === spec.name)?.replicas }
            : spec,
        )
      }
      assert.equal(state.revision, revisionOf(wanted))
      assert.deepEqual(await planOf(target, wanted), [])
    }),
    { numRuns: 300 },
  )
})

test('interrupted after any step, the next plan is what is left', async () => {
  await fc.assert(
    fc.asyncProperty(deploymentBy, deploymentBy, fc.nat(), async (before, wanted, at) => {
      const target = await deployed(before)
      const steps = await planOf(target, wanted)
      const done = at % (steps.length + 1)
      await applySteps(target, wanted, { ...bound, steps: steps.slice(0, done) })
      assert.deepEqual(await planOf(target, wanted), steps.slice(done))
    }),
    { numRuns: 300 },
  )
})

test('a service comes after what it needs, and workers go last', async () => {
  const steps = await planOf(createMemoryTarget(), smallDeployment())
  assert.deepEqual(showPlan(steps).slice(0, -1), [
    '  + prepare the target',
    '  + create postgres',
    '  + create temporal',
    '  + create parts',
    '  + create coordinator',
    '  + create worker',
    '  ~ workers in us-west: from 0 to 1',
    '  ~ workers in eu-central: from 0 to 1',
  ])
})

test('what autoscaling has made of the fleet is left alone within its limits and until the file says another thing', async () => {
  const scaling = { min: 1, max: 6 }
  const file = smallDeployment({ scaling })
  const target = await deployed(file)
  target.state.regions = [{ region: 'us-west', count: 5 }]
  assert.deepEqual(await planOf(target, file), [])
  target.state.regions = [{ region: 'us-west', count: 7 }]
  const back = ['place us-west 1', 'place eu-central 1']
  const places = async (deployment: typeof file) =>
    (await planOf(target, deployment)).flatMap((step) =>
      step.kind === 'place' ? [`place ${step.region} ${step.to}`] : [],
    )
  assert.deepEqual((await places(file)).sort(), back.sort())
  target.state.regions = [{ region: 'us-west', count: 5 }]
  const more = smallDeployment({ scaling, regions: [{ region: 'us-west', count: 2 }] })
  assert.deepEqual(await places(more), ['place us-west 2'])
  assert.equal((await places(smallDeployment())).length, 2)
})

test('changes are shown as the file writes them, and references by their names alone', async () => {
  const resources = { cpuMillis: 2_000, memoryBytes: 4 * 2 ** 30, gpus: 1 }
  const worker = serviceSpec('worker', { resources })
  const file = smallDeployment({ services: [worker], regions: [] })
  const target = await deployed(file)
  const changed = serviceSpec('worker', {
    resources: { ...resources, memoryBytes: 8 * 2 ** 30 },
    settings: { SYNDATA_THREADS: '2' },
    env: { PINATA_JWT: { fromEnv: 'MY_JWT' } },
  })
  const wanted = smallDeployment({ services: [changed], regions: [] })
  const steps = await planOf(target, wanted)
  assert.deepEqual(showPlan(steps).slice(0, -1), [
    '  ~ update worker',
    '      env.PINATA_JWT: (default) -> from the variable MY_JWT',
    '      resources.memory: 4Gi -> 8Gi',
    '      settings.SYNDATA_THREADS: (default) -> 2',
  ])
  await applySteps(target, wanted, { ...bound, steps })
  const again = planSteps(wanted, await target.observe(bound), { refresh: true })
  assert.deepEqual(showPlan(again).slice(0, 2), ['  ~ update worker', '      told again'])
})
