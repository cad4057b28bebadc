// What a command of the pretended kubectl acts on, and how it finds an object.
import type { Call } from './kubectl-arguments.ts'
import { type Kind, shownAs } from './kubectl-kinds.ts'
import { type ClusterState, Refused, type Stored } from './kubectl-state.ts'

export type Acting = { state: ClusterState; call: Call; namespace: string }

export const notFound = (kind: Kind, name: string): Refused =>
  new Refused(`Error from server (NotFound): ${shownAs(kind, name)} not found`)

export const isAt = (kind: Kind, namespace: string) => (stored: Stored) =>
  stored.kind === kind.kind && stored.namespace === (kind.isNamespaced ? namespace : null)

export function find({ state, namespace }: Acting, kind: Kind, name: string): Stored | undefined {
  return state.objects.find((each) => isAt(kind, namespace)(each) && each.name === name)
}
