// What a CreateOS account holds, in tests, and what looks at it have in common.
import type { Static } from 'typebox'
import type { BODIES } from './createos-bodies.ts'
import { endedTooEarly } from './may-end.ts'

export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export type Body<K extends keyof typeof BODIES> = Static<(typeof BODIES)[K]>

export type DoubleEnvironment = Body<'environment'> & {
  id: string
  status: string
  projectDeploymentId: string | null
  /** Applied when `looks` is 0. */
  coming: Partial<DoubleEnvironment> | null
  looks: number
  logged: number
}
export type DoubleDeployment = {
  id: string
  image: string
  states: string[]
  createdAt: string
}
export type DoubleProject = Body<'project'> & {
  id: string
  status: string
  looks: number
  deployments: DoubleDeployment[]
  environments: DoubleEnvironment[]
}
export type DoubleVm = Body<'vm'> & { id: string; states: string[]; ip: string }

export type State = {
  projects: DoubleProject[]
  vms: DoubleVm[]
  /** Images whose builds end with an error, after a while. */
  broken: Set<string>
  /** Machines get no address. */
  isAddressless: boolean
  /** Of deployments, in seconds. */
  clock: number
  /** Of fleet-double.ts. */
  fleetFile: string | undefined
  /** Workers that were ended, or started anew, while they were not drained or still had work. */
  endedTooEarly: string[]
}

export function ending(
  { fleetFile, endedTooEarly: early }: State,
  worker: string | undefined,
): void {
  if (worker !== undefined && endedTooEarly(fleetFile, worker)) early.push(worker)
}

export function paged<T>(items: T[], { limit, offset }: Record<string, string>): object {
  const data = items.slice(Number(offset), Number(offset) + Number(limit))
  const counts = { total: items.length, limit: Number(limit), offset: Number(offset) }
  return { data, pagination: { ...counts, count: data.length } }
}

export const current = (states: string[]): string => states[0] ?? ''
/** What is seen now, and one state further for the next look. */
export function look(states: string[]): string {
  return (states.length > 1 ? states.shift() : states[0]) ?? ''
}
