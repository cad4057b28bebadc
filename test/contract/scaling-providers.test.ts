// What every provider of workers promises the autoscaler, held to by doubles of all of them; `local` by the real door.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createOutgoingFetch } from '#coordinator/publish/outgoing.ts'
import {
  createLocalProvider,
  createWebhookProvider,
} from '#coordinator/scaling/providers/control.ts'
import { createCreateosProvider } from '#coordinator/scaling/providers/createos.ts'
import { createKubernetesProvider } from '#coordinator/scaling/providers/kubernetes.ts'
import type { Provider } from '#coordinator/scaling/providers/provider.ts'
import { outgoingSend } from '#coordinator/scaling/providers/send.ts'
import type { Service } from '#proto/control-api.ts'
import { controlSocketOf, openControlDoor } from '#scripts/stack/control-door.ts'
import { StackError } from '#scripts/stack/stack-error.ts'
import {
  createosDouble,
  type Double,
  kubernetesDouble,
  SECRET,
  webhookDouble,
} from '#test/support/provider-doubles.ts'

const [WEST, EAST] = ['us-west', 'us-east'] as const
const bound = { signal: AbortSignal.timeout(120_000) }
const FAST = { firstPauseMs: 1, timeoutMs: 300 }
const begin = () => ({ [WEST]: ['w-1', 'w-2'], [EAST]: ['e-1'] })

type Kind = {
  name: string
  /** Its workers have names. */
  named: boolean
  open: (t: TestContext, secret?: string) => Promise<{ provider: Provider; double: Double }>
}

const send = outgoingSend(createOutgoingFetch({ allowPrivate: true }))

const REMOTE: Kind[] = [
  {
    name: 'webhook',
    named: true,
    open: async (t, secret = SECRET) => {
      const double = await webhookDouble(t, begin())
      const deps = { send, secret: async () => secret }
      return { double, provider: createWebhookProvider(double.url, deps, { gpu: false, ...FAST }) }
    },
  },
  {
    name: 'kubernetes',
    named: true,
    open: async (t, secret = SECRET) => {
      const double = await kubernetesDouble(t, begin())
      const where = { url: double.url, namespace: 'fleet', deployment: 'worker-{region}' }
      const deps = { send, token: async () => secret }
      const settings = { ...where, regions: [WEST, EAST] }
      return { double, provider: createKubernetesProvider(settings, deps, FAST) }
    },
  },
  {
    name: 'createos',
    named: false,
    open: async (t, secret = SECRET) => {
      const double = await createosDouble(t, begin())
      const environments = { [WEST]: `env-${WEST}`, [EAST]: `env-${EAST}` }
      const regions = [WEST, EAST]
      const settings = { url: double.url, project: 'prj', environments, regions }
      const deps = { send, key: async () => secret }
      return { double, provider: createCreateosProvider(settings, deps, FAST) }
    },
  },
]

const LOCAL: Kind = { name: 'local', named: true, open: localDoor }

/** The door of the supervisor, before workers that exist in a list alone. */
async function localDoor(t: TestContext): Promise<{ provider: Provider; double: Double }> {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-door-'))
  const base = { kind: 'worker', pid: 1, state: 'running', restarts: 0, since: '' } as const
  let services: Service[] = Object.entries(begin()).flatMap(([region, names]) =>
    names.map((name) => ({ ...base, name, region })),
  )
  services.push({ ...base, name: 'postgres', kind: 'postgres' })
  const door = await openControlDoor(dir, {
    services: () => services,
    addWorkers: async ({ region, count }) => {
      const ids = Array.from({ length: count }, (_, i) => `worker-${region}-${services.length + i}`)
      services.push(...ids.map((name) => ({ ...base, name, region })))
      return ids
    },
    removeWorker: async (id) => {
      if (!services.some(({ name }) => name === id))
        throw new StackError('no such worker', 'Name one.', { notFound: true })
      services = services.filter(({ name }) => name !== id)
      return { id, drained: true }
    },
    restart: async () => undefined,
    stop: () => undefined,
  })
  t.after(async () => {
    await door.close()
    await rm(dir, { recursive: true, force: true })
  })
  const running = (region: string) =>
    services.filter((service) => service.region === region).map(({ name }) => name)
  const double = { url: '', running, settle: () => undefined, troubles: [], calls: [] }
  return { double, provider: createLocalProvider(controlSocketOf(dir), { gpu: false }) }
}

const sizes = async (provider: Provider): Promise<[number, number]> => {
  const all = await provider.list(bound)
  const of = (region: string) => all.filter((one) => one.region === region).length
  return [of(WEST), of(EAST)]
}

for (const { name, named, open } of [LOCAL, ...REMOTE]) {
  test(`${name}: lists what runs, and adds as many as it is asked for`, async (t) => {
    const { provider, double } = await open(t)
    assert.equal(provider.name, name)
    assert.deepEqual(await sizes(provider), [2, 1])
    const names = (await provider.list(bound)).map((one) => one.name)
    assert.deepEqual(names, named ? ['w-1', 'w-2', 'e-1'] : [null, null, null])
    await provider.add({ region: EAST, count: 2 }, bound)
    assert.deepEqual(await sizes(provider), [2, 3])
    assert.equal([double.running(EAST)].flat().length, named ? 3 : 1)
  })

  test(`${name}: stops the one that it is told, once, however often it is told`, async (t) => {
    const { provider, double } = await open(t)
    const worker = { region: WEST, instance: named ? 'w-1' : null, leave: 1 }
    for (let times = 0; times < 3; times++) await provider.stop(worker, bound)
    assert.deepEqual(await sizes(provider), [1, 1])
    if (named) assert.deepEqual(double.running(WEST), ['w-2'])
    double.settle()
    await provider.stop(worker, bound)
    assert.deepEqual(await sizes(provider), [1, 1])
  })
}

const isUnavailable = { code: 'unavailable' }

for (const { name, open } of REMOTE) {
  test(`${name}: reading is tried again when it is busy, away or broken, within limits`, async (t) => {
    const { provider, double } = await open(t)
    double.troubles.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 502 })
    assert.deepEqual(await sizes(provider), [2, 1])
    double.troubles.push('silence')
    assert.deepEqual(await sizes(provider), [2, 1])
    double.troubles.push(...Array.from({ length: 20 }, () => ({ status: 503 })))
    await assert.rejects(provider.list(bound), isUnavailable)
  })

  test(`${name}: a pause of minutes is not waited for`, async (t) => {
    const { provider, double } = await open(t)
    const busy = { status: 429, headers: { 'retry-after': '600' } }
    double.troubles.push(...Array.from({ length: 20 }, () => busy))
    await assert.rejects(provider.list(bound), isUnavailable)
  })

  test(`${name}: a wrong secret is a refusal that does not tell it; nonsense is no answer`, async (t) => {
    const { provider, double } = await open(t, 'a-wrong-secret')
    for (const work of [
      () => provider.list(bound),
      () => provider.add({ region: WEST, count: 1 }, bound),
      () => provider.stop({ region: WEST, instance: 'w-1', leave: 1 }, bound),
    ])
      await assert.rejects(work, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'infrastructure')
        assert.match(error.message, new RegExp(`^${name}.* 401`))
        assert.doesNotMatch(error.message, /secret-of|a-wrong/)
        return true
      })
    assert.equal([double.running(WEST)].flat().length, name === 'createos' ? 1 : 2)
    const { provider: good, double: broken } = await open(t)
    broken.troubles.push(...Array.from({ length: 20 }, () => 'nonsense' as const))
    await assert.rejects(good.list(bound), { code: 'infrastructure' })
  })

  test(`${name}: an unknown region is refused, and so is whoever asks after the end`, async (t) => {
    const { provider } = await open(t)
    await assert.rejects(provider.add({ region: 'moon', count: 1 }, bound), {
      code: 'infrastructure',
    })
    const gone = AbortSignal.abort(new Error('the scheduler stops'))
    await assert.rejects(provider.list({ signal: gone }), /the scheduler stops/)
  })
}

test('webhook and kubernetes: a change that may have been made is not sent again, one that was not taken is', async (t) => {
  const on = ['POST', 'PATCH']
  for (const { open } of REMOTE.filter((kind) => kind.named)) {
    const { provider, double } = await open(t)
    const changes = () => double.calls.filter((call) => /^(POST|PATCH)/.test(call)).length
    double.troubles.push({ status: 500, done: true, on })
    await assert.rejects(provider.add({ region: EAST, count: 2 }, bound), isUnavailable)
    assert.equal(changes(), 1)
    assert.equal([double.running(EAST)].flat().length, 3)
    double.troubles.push({ status: 429, headers: { 'retry-after': '0' }, on })
    await provider.add({ region: EAST, count: 1 }, bound)
    assert.equal(changes(), 3)
    assert.equal([double.running(EAST)].flat().length, 4)
  }
})

test('createos: what it cannot do is said, also when it says so with the status 200', async (t) => {
  const { provider } = await REMOTE[2]!.open(t)
  const add = provider.add({ region: WEST, count: 3 }, bound)
  await assert.rejects(add, /1 to 3 replicas, not 5/)
  await assert.rejects(provider.stop({ region: WEST, instance: null, leave: 0 }, bound), /not 0/)
  assert.deepEqual(await sizes(provider), [2, 1])
})

test('createos: environments are found by their names, of the regions that may be used', async (t) => {
  const double = await createosDouble(t, begin())
  const settings = { url: double.url, project: 'prj', environments: null, regions: [WEST] }
  const provider = createCreateosProvider(settings, { send, key: async () => SECRET }, FAST)
  assert.deepEqual(await sizes(provider), [2, 0])
  await provider.add({ region: WEST, count: 1 }, bound)
  assert.deepEqual([double.running(WEST), double.running(EAST)], [3, 1])
  await assert.rejects(
    provider.add({ region: EAST, count: 1 }, bound),
    /no environment for us-east/,
  )
})

test('kubernetes: a pod that was marked and stayed is not the one that goes instead of another', async (t) => {
  const { provider, double } = await REMOTE[1]!.open(t)
  const stop = (instance: string) => provider.stop({ region: WEST, instance, leave: 1 }, bound)
  // The mark is taken, the scale is not.
  double.troubles.push({ status: 200, done: true, on: ['PATCH'] }, { status: 500, on: ['PATCH'] })
  await assert.rejects(stop('w-1'), isUnavailable)
  assert.deepEqual(double.running(WEST), ['w-1', 'w-2'])
  await stop('w-2')
  assert.deepEqual(double.running(WEST), ['w-1'])
})

test('kubernetes: while a worker is away, which would go first, none goes', async (t) => {
  const { provider, double } = await REMOTE[1]!.open(t)
  const stop = () => provider.stop({ region: WEST, instance: 'w-1', leave: 1 }, bound)
  double.setAway?.('w-2', true)
  await stop()
  assert.deepEqual(double.running(WEST), ['w-1', 'w-2'])
  double.setAway?.('w-2', false)
  await stop()
  assert.deepEqual(double.running(WEST), ['w-2'])
})

test('kubernetes: of two that leave one ends after the other, and never a third', async (t) => {
  const { provider, double } = await REMOTE[1]!.open(t)
  await provider.add({ region: WEST, count: 1 }, bound)
  const stop = (instance: string) => provider.stop({ region: WEST, instance, leave: 1 }, bound)
  await stop('w-2')
  await stop('w-1')
  assert.deepEqual([double.running(WEST)].flat().includes('pod-1'), true)
  double.settle()
  await stop('w-2')
  await stop('w-1')
  assert.deepEqual(double.running(WEST), ['pod-1'])
})
