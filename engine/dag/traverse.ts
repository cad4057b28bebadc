// The one way through a tree: blocks depth first in link order, fetched a bounded number ahead of their use.
import { AppError } from '#engine/errors.ts'
import { cidKind } from './cid.ts'
import { type DagNode, decodeNode } from './node.ts'

/** Fetches a block; null when the store lacks it. */
export type GetBlock = (
  cid: string,
  options?: { signal?: AbortSignal },
) => Promise<Uint8Array | null>

/** `readAhead`: blocks fetched before they are asked for (8). */
export type TraverseOptions = { signal?: AbortSignal; readAhead?: number }

/** What to visit: `below` names the steps under a node; a step that `skips` is visited without its bytes. */
export type Route<S extends Step> = {
  below: (node: DagNode, step: S) => S[]
  skips?: (step: S) => boolean
}

const READ_AHEAD = 8
const NOTHING = new Uint8Array(0)

/** What stands in the way of a walk; `offset` is where its content begins in the file (0 outside files). */
export type Step = { cid: string; offset: number }

/** A visited block; `node` is null for raw leaves. */
export type Visit<S extends Step> = { step: S; bytes: Uint8Array; node: DagNode | null }

type Pending<S> = { step: S; block: Promise<Uint8Array | null> | null }

/**
 * Visits `root` and what the route names under each node, depth first. At most `readAhead` blocks per level of the tree
 * are held. AppError `part_missing` (details: cid, offset) when a block is missing or is not a node of ours.
 */
export async function* traverse<S extends Step>(
  get: GetBlock,
  root: S,
  { below, skips = () => false }: Route<S>,
  { signal, readAhead = READ_AHEAD }: TraverseOptions = {},
): AsyncGenerator<Visit<S>, void, undefined> {
  const stack: Pending<S>[] = [{ step: root, block: null }]
  const fetch = (pending: Pending<S>) => {
    pending.block ??= skips(pending.step)
      ? Promise.resolve(NOTHING)
      : quietly(get(pending.step.cid, signal ? { signal } : {}))
    return pending.block
  }
  for (let next = stack.pop(); next; next = stack.pop()) {
    signal?.throwIfAborted()
    const block = fetch(next)
    for (let ahead = 1; ahead < readAhead && ahead <= stack.length; ahead++) {
      void fetch(stack[stack.length - ahead] as Pending<S>)
    }
    const { step } = next
    const bytes = await block
    if (!bytes) throw partMissing(step)
    const node = bytes !== NOTHING && cidKind(step.cid) === 'node' ? nodeOf(step, bytes) : null
    if (node) {
      const children = below(node, step)
      for (let i = children.length - 1; i >= 0; i--) {
        stack.push({ step: children[i] as S, block: null })
      }
    }
    yield { step, bytes, node }
  }
}

/** The error of a block that is missing or damaged. */
export function partMissing(step: Step, cause?: unknown): AppError {
  return new AppError('part_missing', `block ${step.cid} is missing or damaged`, {
    cause,
    details: { cid: step.cid, offset: step.offset },
  })
}

function nodeOf(step: Step, bytes: Uint8Array): DagNode {
  try {
    return decodeNode(bytes)
  } catch (error) {
    throw partMissing(step, error)
  }
}

// A block fetched ahead may never be awaited, when the reader leaves early; its failure is then nobody's.
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
