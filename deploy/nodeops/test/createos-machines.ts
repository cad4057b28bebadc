// Virtual machines of the account, in tests.
import { randomUUID } from 'node:crypto'
import {
  type Body,
  current,
  type DoubleVm,
  ending,
  look,
  paged,
  Refusal,
  type State,
} from './createos-state.ts'

const VM_PRODUCT = '972a0414-3a75-42b9-9a11-7b410b32cab7'
const SIZES = [
  { cpuInMillicores: 1_000, memoryInMiB: 2_048, diskInMiB: 51_200 },
  { cpuInMillicores: 2_000, memoryInMiB: 4_096, diskInMiB: 81_920 },
  { cpuInMillicores: 4_000, memoryInMiB: 8_192, diskInMiB: 163_840 },
]
const GONE = ['terminating', 'terminated']

export function vmActs(state: State) {
  const vmOf = (id: string | undefined) => {
    const found = state.vms.find((vm) => vm.id === id && current(vm.states) !== 'terminated')
    if (!found) throw new Refusal(404, 'no such machine')
    return found
  }
  const shown = ({ id, name, states, inputs, ip }: DoubleVm) => {
    const status = look(states)
    const isReached = status === 'deployed' && current(states) === 'deployed'
    const extra = isReached && states.length === 1 && !state.isAddressless ? { ipAddress: ip } : {}
    return { id, name: name ?? null, status, inputs, extra }
  }
  return {
    products: () => {
      const offered = SIZES.map((size) => ({ ...size, bandwidthInMiB: 1, creationEnabled: true }))
      const old = { cpuInMillicores: 2_000, memoryInMiB: 4_096, diskInMiB: 1_000_000 }
      const resources = [{ ...old, bandwidthInMiB: 1, creationEnabled: false }, ...offered]
      const vm = { id: VM_PRODUCT, uniqueName: 'vm-terminal', resources }
      return { products: [{ id: randomUUID(), uniqueName: 'redis', resources: null }, vm] }
    },
    zones: () =>
      ['nyc3', 'sfo3', 'fra1'].map((name) => ({ name, region: name, country: 'somewhere' })),
    vms: (query: Record<string, string>) => {
      const { productId, ...page } = query
      if (productId !== VM_PRODUCT) throw new Refusal(404, 'no such product')
      return paged(state.vms.map(shown), page)
    },
    createVm: (given: unknown) => {
      const body = given as Body<'vm'>
      const { cpuInMillicores, memoryInMB, storageInMB } = body.resourceInputs
      const isOffered = SIZES.some(
        (size) =>
          size.cpuInMillicores === cpuInMillicores &&
          size.memoryInMiB === memoryInMB &&
          size.diskInMiB === storageInMB,
      )
      if (!isOffered || body.productId !== VM_PRODUCT) throw new Refusal(400, 'no such size')
      const states = ['deploying', 'deploying', 'deployed', 'deployed']
      const vm = { ...body, id: randomUUID(), states, ip: `192.0.2.${state.vms.length + 1}` }
      state.vms.push(vm)
      return shown({ ...vm, states: ['deploying'] })
    },
    resizeVm: (id: string | undefined, given: unknown) => {
      const vm = vmOf(id)
      if (current(vm.states) !== 'deployed') throw new Refusal(422, 'it is not deployed')
      ending(state, vm.name)
      vm.resourceInputs = (given as Body<'resize'>).resourceInputs
      vm.states = ['resizing', 'resizing', 'deployed']
      return 'begun'
    },
    deleteVm: (id: string | undefined) => {
      const vm = vmOf(id)
      if (GONE.includes(current(vm.states))) throw new Refusal(422, 'it is being terminated')
      ending(state, vm.name)
      vm.states = ['terminating', 'terminating', 'terminated']
      return 'begun'
    },
  }
}
