// Parts of an installation in its backup: the roots that must stay, whether they are in the store, and copies of folders.
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { BlockStore } from '#coordinator/storage/block-store.ts'
import { cidKind } from '#engine/dag/cid.ts'
import { walkDag } from '#engine/dag/walk.ts'
import { codeOf } from '#engine/errors.ts'

/** Blocks that are being written: they appear elsewhere once they are whole. */
const INCOMING = 'incoming'

/** Roots of which a block is missing from the store. Leaves are looked up, nodes are read. */
export async function missingRoots(
  store: BlockStore,
  roots: AsyncIterable<string> | Iterable<string>,
): Promise<string[]> {
  const seen = new Set<string>()
  const missing: string[] = []
  for await (const root of roots) if (!(await isWhole(store, root, seen))) missing.push(root)
  return missing
}

async function isWhole(store: BlockStore, root: string, seen: Set<string>): Promise<boolean> {
  if (seen.has(root)) return true
  if (cidKind(root) === 'raw') return store.has(root)
  try {
    for await (const { cid } of walkDag(store.get, root, { seen }))
      if (cidKind(cid) === 'raw' && !(await store.has(cid))) return false
    return true
  } catch (error) {
    if (codeOf(error) === 'part_missing') return false
    throw error
  }
}

/** Copies the blocks of a folder store that `to` lacks; files are shared where the file system can. Number and bytes. */
export async function copyBlocks(
  from: string,
  to: string,
): Promise<{ blocks: number; bytes: number }> {
  const copied = { blocks: 0, bytes: 0 }
  for (const shard of await readdir(from, { withFileTypes: true })) {
    if (!shard.isDirectory() || shard.name === INCOMING) continue
    await mkdir(path.join(to, shard.name), { recursive: true })
    const there = new Set(await readdir(path.join(to, shard.name)))
    for (const name of await readdir(path.join(from, shard.name))) {
      if (there.has(name)) continue
      const target = path.join(to, shard.name, name)
      const bytes = await copyBlock(path.join(from, shard.name, name), target)
      if (bytes === null) continue
      copied.blocks += 1
      copied.bytes += bytes
    }
  }
  return copied
}

/** Null when a sweep has just removed it: nothing reaches it then. */
async function copyBlock(from: string, to: string): Promise<number | null> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    return (await stat(to)).size
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}
