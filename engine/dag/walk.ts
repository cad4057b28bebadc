// Every block under a root: with bytes for a CAR, by name alone for a sweep or a size.
import { cidKind } from './cid.ts'
import type { DagNode } from './node.ts'
import { type GetBlock, type Step, type TraverseOptions, traverse } from './traverse.ts'

/** A block by name. `bytes` is its length. */
export type NamedBlock = { cid: string; bytes: number }

/** `seen`: CIDs to leave out, with all under them; visited ones are added, so several roots can share it. */
export type WalkOptions = TraverseOptions & { seen?: Set<string> }

/**
 * Every block under `root` with its bytes, depth first in link order, each once (at its first place).
 * AppError `part_missing` when a block is missing.
 */
export async function* walkBlocks(
  get: GetBlock,
  root: string,
  options: WalkOptions = {},
): AsyncGenerator<{ cid: string; bytes: Uint8Array }, void, undefined> {
  const seen = options.seen ?? new Set<string>()
  const below = (node: DagNode, step: Step) =>
    seen.has(step.cid) ? [] : node.links.map(({ cid }) => ({ cid, offset: 0 }))
  for await (const { step, bytes } of traverse(get, { cid: root, offset: 0 }, { below }, options)) {
    if (seen.has(step.cid)) continue
    seen.add(step.cid)
    yield { cid: step.cid, bytes }
  }
}

/**
 * The same blocks by name: leaves are taken from the links of their nodes, so only nodes are read.
 * AppError `part_missing` when a node is missing.
 */
export async function* walkDag(
  get: GetBlock,
  root: string,
  options: WalkOptions = {},
): AsyncGenerator<NamedBlock, void, undefined> {
  const seen = options.seen ?? new Set<string>()
  const start = { cid: root, offset: 0, leafBytes: -1 }
  const below = (node: DagNode, step: Step) =>
    seen.has(step.cid) ? [] : node.links.map((link) => namedStep(link.cid, link.dagBytes))
  const skips = (step: { leafBytes: number }) => step.leafBytes >= 0
  for await (const { step, bytes } of traverse(get, start, { below, skips }, options)) {
    if (seen.has(step.cid)) continue
    seen.add(step.cid)
    yield { cid: step.cid, bytes: step.leafBytes < 0 ? bytes.length : step.leafBytes }
  }
}

// A leaf's cumulative size is its own length, so it need not be read; a node's is not.
function namedStep(cid: string, dagBytes: number): Step & { leafBytes: number } {
  return { cid, offset: 0, leafBytes: cidKind(cid) === 'raw' ? dagBytes : -1 }
}
