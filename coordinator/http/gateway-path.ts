// Finding what an IPFS path names: the CID in any spelling, then names down through directories.
import { CID } from 'multiformats/cid'
import { cidKind, isCid } from '#engine/dag/cid.ts'
import { type DagNode, decodeNode } from '#engine/dag/node.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import { AppError } from '#engine/errors.ts'

/** `way`: the CIDs from the root of the path to its end, which is `cid`. `node` is null for a raw leaf. */
export type Found = {
  cid: string
  way: string[]
  name: string | null
  bytes: number
  node: DagNode | null
}

/** The canonical text of a CID in any version or base; AppError `invalid_request` for text that is none. */
export function canonicalCid(text: string): string {
  if (isCid(text)) return text
  try {
    return CID.parse(text).toV1().toString()
  } catch (error) {
    throw new AppError('invalid_request', 'The path does not begin with a CID.', { cause: error })
  }
}

/** Names of a path, decoded already, without empty ones. */
export function pathNames(path: string): string[] {
  return path.split('/').filter((name) => name !== '')
}

/** AppError `not_found` when a block on the way is missing or a name is not in its directory. */
export async function findPath(get: GetBlock, root: string, names: string[]): Promise<Found> {
  const way = [root]
  let end = await openBlock(get, root)
  for (const name of names) {
    const link =
      end.node?.kind === 'directory' && end.node.links.find((entry) => entry.name === name)
    if (!link) throw notFound()
    way.push(link.cid)
    end = await openBlock(get, link.cid)
  }
  return { ...end, way, name: names.at(-1) ?? null }
}

async function openBlock(get: GetBlock, cid: string) {
  const block = isCid(cid) ? await get(cid) : null
  if (!block) throw notFound()
  const node = cidKind(cid) === 'node' ? decodeNode(block) : null
  return { cid, node, bytes: node ? node.bytes : block.length }
}

/** The one answer for what is missing and for what the caller may not read. */
export function notFound(): AppError {
  return new AppError('not_found', 'There is no such content here.')
}
