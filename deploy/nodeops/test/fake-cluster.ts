// A cluster for tests: a kubectl of its own, the objects behind it, and what is to go wrong with them.
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setField } from './kubectl-leaves.ts'
import { asObject, reconcile } from './kubectl-pods.ts'
import type { Obj } from './kubectl-rules.ts'
import {
  type ClusterState,
  emptyCluster,
  readState,
  type Segment,
  writeState,
} from './kubectl-state.ts'

export type FakeCluster = {
  /** Path of its kubectl. */
  command: string
  env: NodeJS.ProcessEnv
  objects: () => Obj[]
  object: (kind: string, name: string) => Obj | undefined
  /** Arguments of every call. */
  calls: () => string[][]
  /** Of all workloads. */
  pods: () => string[]
  state: () => ClusterState
  change: (change: (state: ClusterState) => void) => void
  /** A field set by somebody else. */
  edit: (of: { kind: string; name: string }, path: Segment[], value: unknown, by: string) => void
}

/** `compiled`: a folder that several may share; most of a call's time is otherwise spent on reading its files. */
export function createFakeCluster(folder: string, { compiled }: { compiled: string }): FakeCluster {
  const file = path.join(folder, 'cluster.json')
  const command = path.join(folder, 'kubectl')
  const main = new URL('kubectl-main.ts', import.meta.url).pathname
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${main}' "$@"\n`)
  chmodSync(command, 0o755)
  writeState(file, emptyCluster())
  const objects = (): Obj[] => readState(file).objects.map(asObject)
  const change = (by: (state: ClusterState) => void): void => {
    const state = readState(file)
    by(state)
    reconcile(state)
    writeState(file, state)
  }
  return {
    command,
    env: {
      PATH: process.env['PATH'],
      KUBECTL_STATE: file,
      NODE_COMPILE_CACHE: compiled,
    },
    objects,
    object: (kind, name) =>
      objects().find((each) => each.kind === kind && each.metadata.name === name),
    calls: () => readState(file).calls,
    pods: () =>
      readState(file).objects.flatMap(({ pods }) => (pods?.all ?? []).map(({ name }) => name)),
    state: () => readState(file),
    change,
    edit: ({ kind, name }, where, value, by) =>
      change(({ objects: all }) => {
        const found = all.find((each) => each.kind === kind && each.name === name)
        if (!found) throw new Error(`there is no ${kind} ${name}`)
        setField(found, where, value, by)
        Object.assign(found, { generation: found.generation + 1, looks: 0 })
      }),
  }
}
