// Workers on virtual machines of their own, one each, named by region and number. All of it may be repeated.

import { REGIONS } from '#settings/regions.ts'
import type { ServiceSpec } from '../../deployment.ts'
import { type Bound, TargetError } from '../../target.ts'
import type { References } from '../references.ts'
import type { Vm } from './answers.ts'
import type { AppDeps, Saying } from './apps.ts'
import {
  bootstrapScript,
  DRAIN_S,
  RUNNING_SCRIPT,
  STOP_S,
  STOP_SCRIPT,
  TOLD_SCRIPT,
  toldDigestOf,
} from './bootstrap.ts'
import { type Doing, leaveMachines, whileDrained } from './leave.ts'
import { ownedVm, type VmPlace, vmName } from './names.ts'
import { ensure, waitFor } from './patience.ts'
import { vmSize, vmZone } from './sizes.ts'
import { type Host, NO_CONNECTION, type Ssh, sshFailed } from './ssh.ts'

export type VmDeps = AppDeps & { ssh: Ssh; references: References }

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

/** So many workers in the region, each as told; of those that are too many the idlest go. */
export async function placeVms(deps: VmDeps, wanted: WantedVms, doing: Doing): Promise<void> {
  const { spec, region, count } = wanted
  const here = (await listVms(deps, doing)).filter(
    ({ place }) => place.region === region && place.service === spec.name,
  )
  const end = (machine: WorkerVm): Promise<void> => removeVm(deps, machine, doing)
  const tooMany = { here, region, count: here.length - count }
  await leaveMachines(deps, tooMany, doing, end)
  const kept = here.length > count ? await slotsOf(deps, wanted, doing) : here.map(slotOf)
  const added = freeSlots(kept, count - kept.length)
  const offer = added.length > 0 ? await offered(deps, wanted, doing) : null
  for (const slot of added) {
    if (offer) await ensureVm(deps, { service: spec.name, region, slot }, offer, doing)
  }
  for (const slot of kept) await restartWorker(deps, wanted, slot, doing)
  for (const slot of added) await startWorker(deps, wanted, slot, doing)
}

const slotOf = ({ place }: WorkerVm): number => place.slot

const slotsOf = async (deps: VmDeps, { spec, region }: WantedVms, bound: Bound) =>
  (await listVms(deps, bound))
    .filter(({ place }) => place.region === region && place.service === spec.name)
    .map(slotOf)

/** The lowest numbers that nobody has. */
function freeSlots(taken: readonly number[], count: number): number[] {
  const free: number[] = []
  for (let slot = 1; free.length < count; slot++) if (!taken.includes(slot)) free.push(slot)
  return free
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

/** One that is told something else starts anew: it has nothing to do then. */
async function restartWorker(
  deps: VmDeps,
  wanted: WantedVms,
  slot: number,
  doing: Doing,
): Promise<void> {
  const { spec, region } = wanted
  const name = vmName(deps.deployment, { service: spec.name, region, slot })
  const found = (await listVms(deps, doing)).find(({ vm }) => vm.name === name)
  const runs = found !== undefined && (await toldOf(deps, found.vm, doing))
  const start = (): Promise<void> => startWorker(deps, wanted, slot, doing)
  const isAsTold = runs === toldDigestOf({ ...spec, variables: variablesOf(wanted, name) })
  return runs && !isAsTold ? whileDrained(deps, { region, name }, doing, start) : start()
}

/** Waits for the machine and its address, then for its shell, then has the worker run there. */
async function startWorker(
  deps: VmDeps,
  wanted: WantedVms,
  slot: number,
  { say, signal }: Saying,
): Promise<void> {
  const { deployment, timing } = deps
  const { spec, region } = wanted
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
  const script = bootstrapScript({ ...spec, variables: variablesOf(wanted, name) })
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

const variablesOf = ({ variables, region }: WantedVms, name: string): Record<string, string> => ({
  SYNDATA_DRAIN_SECONDS: String(DRAIN_S),
  ...variables,
  SYNDATA_REGION: region,
  SYNDATA_WORKER_NAME: name,
})

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
export async function resizeVms(deps: VmDeps, spec: ServiceSpec, doing: Doing): Promise<void> {
  const { signal } = doing
  const size = vmSize(spec, await deps.api.sizes({ signal }))
  for (const { vm, place } of await listVms(deps, { signal })) {
    if (place.service !== spec.name) continue
    const meant = { region: place.region, name: vm.name ?? vm.id }
    await whileDrained(deps, meant, doing, () => resizeVm(deps, vm, size, doing))
  }
}

async function resizeVm(
  deps: VmDeps,
  vm: Vm,
  size: ReturnType<typeof vmSize>,
  { say, signal }: Saying,
): Promise<void> {
  const { api, timing } = deps
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

/** Digest of what the worker that runs on a machine was told; null when none does, or nobody answers. */
async function toldOf({ ssh }: VmDeps, vm: Vm, { signal }: Bound): Promise<string | null> {
  const host = hostOf(vm)
  if (!host) return null
  const { code, stdout } = await ssh.run(host, TOLD_SCRIPT, { signal, timeoutMs: ASK_MS })
  return code === 0 ? (/^true ([0-9a-f]+)$/.exec(stdout.trim())?.[1] ?? null) : null
}

/** Whether the worker of a machine runs; in words why not. */
export async function stateOf({ ssh }: VmDeps, vm: Vm, { signal }: Bound): Promise<string> {
  const host = hostOf(vm)
  if (!host) return vm.status === 'deployed' ? 'no address yet' : vm.status
  const { code, stdout } = await ssh.run(host, RUNNING_SCRIPT, { signal, timeoutMs: ASK_MS })
  if (code !== 0) return 'no answer over ssh'
  return stdout.trim() === 'true' ? 'running' : 'worker is not running'
}
