// Workers on virtual machines of their own, one each, named by region and number. All of it may be repeated.
import type { ServiceSpec } from '../../deployment.ts'
import { REGIONS } from '../../file/schema.ts'
import { type Bound, TargetError } from '../../target.ts'
import type { Vm } from './answers.ts'
import type { AppDeps, Saying } from './apps.ts'
import { bootstrapScript, RUNNING_SCRIPT, STOP_S, STOP_SCRIPT } from './bootstrap.ts'
import { ownedVm, type VmPlace, vmName } from './names.ts'
import { ensure, waitFor } from './patience.ts'
import { vmSize, vmZone } from './sizes.ts'
import { type Host, NO_CONNECTION, type Ssh, sshFailed } from './ssh.ts'

export type VmDeps = AppDeps & { ssh: Ssh }

export type WorkerVm = { vm: Vm; place: VmPlace }

const GONE = ['terminating', 'terminated']
const BOOTSTRAP_MS = 600_000
const ASK_MS = 10_000

/** Those of this deployment that are not on their way out. */
export async function listVms({ api, deployment }: AppDeps, bound: Bound): Promise<WorkerVm[]> {
  const all = await api.vms(bound)
  return all.flatMap((vm) => {
    const place = ownedVm(deployment, vm.name, REGIONS)
    return place && !GONE.includes(vm.status) ? [{ vm, place }] : []
  })
}

export type WantedVms = {
  spec: ServiceSpec
  region: string
  count: number
  variables: Record<string, string>
}

/** So many workers in the region, each as told; those with the highest numbers go. */
export async function placeVms(deps: VmDeps, wanted: WantedVms, saying: Saying): Promise<void> {
  const { spec, region, count } = wanted
  const slots = Array.from({ length: count }, (_, i) => i + 1)
  const here = (await listVms(deps, saying)).filter(
    ({ place }) => place.region === region && place.service === spec.name,
  )
  const offer = slots.length > here.length ? await offered(deps, wanted, saying) : null
  for (const slot of slots) {
    if (offer) await ensureVm(deps, { service: spec.name, region, slot }, offer, saying)
  }
  for (const slot of slots) await startWorker(deps, wanted, slot, saying)
  const rest = here.filter(({ place }) => place.slot > count)
  for (const one of rest.toSorted((a, b) => b.place.slot - a.place.slot)) {
    await removeVm(deps, one, saying)
  }
}

async function offered({ api, ssh }: VmDeps, { spec, region }: WantedVms, bound: Bound) {
  return {
    sshKey: ssh.publicKey(),
    size: vmSize(spec, await api.sizes(bound)),
    zone: vmZone(region, await api.zones(bound)),
  }
}

async function ensureVm(
  deps: VmDeps,
  place: VmPlace,
  offer: Awaited<ReturnType<typeof offered>>,
  { say, signal }: Saying,
): Promise<void> {
  const { api, deployment, timing } = deps
  const name = vmName(deployment, place)
  await ensure(
    {
      find: async () =>
        (await listVms(deps, { signal })).find(({ vm }) => vm.name === name) ?? null,
      create: async () => {
        say(`${name}: a machine in ${offer.zone} is ordered, which takes 5 to 15 minutes`)
        await api.createVm({ name, ...offer }, { signal })
      },
    },
    { pollMs: timing.pollMs, limitMs: timing.appLimitMs, what: `machine ${name}`, signal },
  )
}

/** Waits for the machine and its address, then for its shell, then has the worker run there. */
async function startWorker(
  deps: VmDeps,
  { spec, region, variables }: WantedVms,
  slot: number,
  { say, signal }: Saying,
): Promise<void> {
  const { deployment, timing } = deps
  const name = vmName(deployment, { service: spec.name, region, slot })
  const { pollMs, vmLimitMs, sshLimitMs } = timing
  const host = await waitFor(
    async () => {
      const found = (await listVms(deps, { signal })).find(({ vm }) => vm.name === name)
      if (found) return hostOf(found.vm)
      throw new TargetError('failed', `machine ${name} was terminated`, 'Deploy again.')
    },
    { pollMs, limitMs: vmLimitMs, what: `the address of machine ${name}`, signal },
  )
  const named = { ...variables, SYNDATA_REGION: region, SYNDATA_WORKER_NAME: name }
  const script = bootstrapScript({ ...spec, variables: named })
  await waitFor(
    async () => {
      const timeouts = { signal, timeoutMs: BOOTSTRAP_MS, firstTime: true }
      const { code, stderr } = await deps.ssh.run(host, script, timeouts)
      if (code === 0) return true
      if (code === NO_CONNECTION && !/host key|identification/i.test(stderr)) return null
      throw sshFailed(host, code, stderr)
    },
    { pollMs, limitMs: sshLimitMs, what: `the shell of machine ${name} (${host.ip})`, signal },
  )
  say(`${name}: the worker runs`)
}

/** Null while it has no address. */
export const hostOf = ({ id, name, status, extra }: Vm): Host | null =>
  status === 'deployed' && extra?.ipAddress ? { id, ip: extra.ipAddress, name: name ?? id } : null

/** What it has begun is finished first, as far as it answers; then machine and data are gone. */
export async function removeVm(
  deps: VmDeps,
  { vm }: WorkerVm,
  { say, signal }: Saying,
): Promise<void> {
  const { api, ssh, timing } = deps
  const host = hostOf(vm)
  if (host) {
    const timeoutMs = 1_000 * STOP_S + ASK_MS
    const { code } = await ssh.run(host, STOP_SCRIPT, { signal, timeoutMs })
    if (code !== 0) say(`${host.name} does not answer, its work moves to others`)
  }
  await api.deleteVm(vm.id, { signal })
  await waitFor(
    async () =>
      (await listVms(deps, { signal })).some((one) => one.vm.id === vm.id) ? null : true,
    {
      pollMs: timing.pollMs,
      limitMs: timing.appLimitMs,
      what: `the end of machine ${vm.name ?? vm.id}`,
      signal,
    },
  )
}

/** Each as large as the file says now. Machines restart with it. */
export async function resizeVms(
  deps: VmDeps,
  spec: ServiceSpec,
  { say, signal }: Saying,
): Promise<void> {
  const { api, timing } = deps
  const size = vmSize(spec, await api.sizes({ signal }))
  for (const { vm, place } of await listVms(deps, { signal })) {
    if (place.service !== spec.name) continue
    say(`${vm.name ?? vm.id}: another size`)
    await api.resizeVm(vm.id, size, { signal })
    const find = async () => (await listVms(deps, { signal })).find((one) => one.vm.id === vm.id)
    await waitFor(async () => ((await find())?.vm.status === 'deployed' ? true : null), {
      pollMs: timing.pollMs,
      limitMs: timing.vmLimitMs,
      what: `the new size of ${vm.name ?? vm.id}`,
      signal,
    })
  }
}

/** Whether the worker of a machine runs; in words why not. */
export async function stateOf({ ssh }: VmDeps, vm: Vm, { signal }: Bound): Promise<string> {
  const host = hostOf(vm)
  if (!host) return vm.status === 'deployed' ? 'no address yet' : vm.status
  const { code, stdout } = await ssh.run(host, RUNNING_SCRIPT, { signal, timeoutMs: ASK_MS })
  if (code !== 0) return 'no answer over ssh'
  return stdout.trim() === 'true' ? 'running' : 'worker is not running'
}
