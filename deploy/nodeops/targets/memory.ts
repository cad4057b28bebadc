// A target that runs nothing: tests of the commands look at what it was told, and have it fail where they like.
import type { RegionCount, ServiceSpec } from '../deployment.ts'
import type { Observed, Step, Target } from '../target.ts'
import { TargetError } from '../target.ts'
import { specOf, tellService } from './steps.ts'

export type MemoryState = {
  exists: boolean
  services: ServiceSpec[]
  regions: RegionCount[]
  settledRegions: RegionCount[] | null
  revision: string | null
  dataKept: boolean
}

const emptyMemory = (): MemoryState => ({
  exists: false,
  services: [],
  regions: [],
  settledRegions: null,
  revision: null,
  dataKept: false,
})

export type MemoryTarget = Target & {
  state: MemoryState
  /** Every step that was applied, in order. */
  applied: Step[]
  /** Called before each step takes effect; what it throws fails the step. */
  onApply: (step: Step) => void
  /** Services that never become well. */
  ill: Set<string>
}

export function createMemoryTarget(state: MemoryState = emptyMemory()): MemoryTarget {
  const target: MemoryTarget = {
    name: 'memory',
    rendersOnly: false,
    state,
    applied: [],
    onApply: () => undefined,
    ill: new Set(),
    check: async (deployment, { signal }) => {
      signal.throwIfAborted()
      return deployment.services
        .filter(({ resources }) => (resources?.gpus ?? 0) > 0)
        .map(({ name }) => ({ severity: 'warning', service: name, message: 'memory has no GPU' }))
    },
    observe: async ({ signal }) => {
      signal.throwIfAborted()
      return observedOf(state, target.ill)
    },
    apply: async (step, { deployment, signal }) => {
      signal.throwIfAborted()
      target.onApply(step)
      applyTo(state, step, deployment)
      target.applied.push(step)
    },
    logs: ({ service, lines, follow, signal }) =>
      linesOf(state, { service, lines, follow, signal }),
    delete: async ({ signal, keepData }) => {
      signal.throwIfAborted()
      const dataKept = keepData && (state.exists || state.dataKept)
      Object.assign(state, emptyMemory(), { dataKept })
    },
  }
  return target
}

function observedOf(state: MemoryState, ill: ReadonlySet<string>): Observed {
  const workers = state.regions.reduce((sum, { count }) => sum + count, 0)
  return {
    exists: state.exists,
    dataKept: state.dataKept,
    revision: state.revision,
    settledRegions: state.settledRegions && structuredClone(state.settledRegions),
    regions: structuredClone(state.regions),
    services: state.services.map((told) => {
      const replicas = told.role === 'worker' ? workers : told.replicas
      const well = !ill.has(told.name)
      return {
        name: told.name,
        role: told.role,
        replicas,
        ready: well ? replicas : 0,
        told: structuredClone(told),
        state: well ? 'running' : 'failing',
      }
    }),
    endpoints: state.exists ? [{ name: 'REST API', url: 'http://127.0.0.1:8000' }] : [],
    hints: ['curl memory'],
  }
}

type Deployment = Parameters<Target['apply']>[1]['deployment']

function applyTo(state: MemoryState, step: Step, deployment: Deployment): void {
  if (step.kind !== 'install' && !state.exists) {
    throw new TargetError('failed', 'nothing is installed', 'Install first.')
  }
  switch (step.kind) {
    case 'install':
      state.exists = true
      return
    case 'create':
    case 'update':
    case 'scale':
      put(state, specOf(deployment, step.service), step.kind)
      return
    case 'place':
      state.regions = [
        ...state.regions.filter(({ region }) => region !== step.region),
        ...(step.to > 0 ? [{ region: step.region, count: step.to }] : []),
      ]
      return
    case 'remove':
      state.services = state.services.filter(({ name }) => name !== step.service)
      return
    case 'settle':
      state.revision = step.revision
      state.settledRegions = structuredClone(deployment.regions)
      return
  }
}

function put(state: MemoryState, spec: ServiceSpec, kind: 'create' | 'update' | 'scale'): void {
  state.services = tellService(state.services, structuredClone(spec), kind)
}

async function* linesOf(
  state: MemoryState,
  { service, lines, follow, signal }: Parameters<Target['logs']>[0],
): AsyncIterable<{ service: string; line: string }> {
  const named = state.services.filter(({ name }) => service === undefined || name === service)
  if (named.length === 0 && service !== undefined) {
    throw new TargetError('refused', `no service is called ${service}`, 'See nodeops status.')
  }
  for (const { name } of named) {
    for (let i = 1; i <= lines; i++) yield { service: name, line: `line ${i} of ${name}` }
  }
  if (!follow || signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
