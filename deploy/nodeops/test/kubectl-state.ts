// What the pretended cluster is made of: objects as leaves with owners, in one file, and what is to go wrong.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** A step into an object: a field, or the item of a list that has this key. */
export type Segment = string | { by: string; is: string }
export type Leaf = { path: Segment[]; value: unknown; owners: string[] }
export type Stored = {
  apiVersion: string
  kind: string
  name: string
  namespace: string | null
  leaves: Record<string, Leaf>
  generation: number
  /** Looks at it since its last change. */
  looks: number
  /** Of a workload, made of this template. */
  pods?: { template: string; made: number; all: StoredPod[] }
}
export type StoredPod = { name: string; annotations: Record<string, string> }
export type Fault =
  | { kind: 'fail'; command: string; message: string; times: number }
  | { kind: 'slow'; command: string; delayMs: number }
  | { kind: 'no image'; image: string }

export type ClusterState = {
  objects: Stored[]
  faults: Fault[]
  /** GPUs of each node. */
  nodes: number[]
  isReachable: boolean
  calls: string[][]
  /** Names of pods that ended because there were to be fewer, in order. */
  ended: string[]
  /** Of these, workers that were not drained, or still had work. */
  endedTooEarly: string[]
  /** Looks for which the workers of these pods have no connection. */
  away: Record<string, number>
  /** Where the service `coordinator` answers; null: nowhere. */
  restPort: number | null
  /** Of fleet-double.ts. */
  fleetFile: string | null
}

export const emptyCluster = (): ClusterState => ({
  objects: [],
  faults: [],
  nodes: [0, 0],
  isReachable: true,
  ...{ calls: [], ended: [], endedTooEarly: [], away: {}, restPort: null, fleetFile: null },
})

export const readState = (file: string): ClusterState =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterState) : emptyCluster()

export function writeState(file: string, state: ClusterState): void {
  const next = `${file}.${process.pid}`
  writeFileSync(next, JSON.stringify(state))
  renameSync(next, file)
}

/** Said on stderr, exit code 1. */
export class Refused extends Error {}
