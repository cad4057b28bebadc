// Footers of files whose format has one, out of the ends of their stored parts. They are remade wherever they
// are needed: the same parts give the same bytes, and so the same CID.

import { compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { Link } from '#engine/dag/part.ts'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError } from '#engine/errors.ts'
import { footerOfParts, type PartEnd } from '#engine/footer.ts'
import type { Plan } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import type { BlockStore } from './block-store.ts'
import { putPart } from './put-dag.ts'

type Spec = { config: ResolvedConfig; plan: Plan }

function endOf(store: BlockStore, { cid, bytes }: Link): PartEnd {
  const read: PartEnd['read'] = async (from, to) => {
    const pieces: Uint8Array[] = []
    for await (const piece of readRange((name) => store.get(name), cid, from, to))
      pieces.push(piece)
    return Buffer.concat(pieces)
  }
  return { bytes, read }
}

/**
 * The footer of a table's file over all its parts, stored when this returns; null where the format has none. AppError
 * `part_missing` where a part cannot be read.
 */
export async function putFooter(
  store: BlockStore,
  { config, plan }: Spec,
  tableNo: number,
  parts: readonly Link[],
): Promise<Link | null> {
  const sandbox = await sandboxFor(config)
  const table = compile(config, plan, { sandbox }).tables[tableNo]
  if (!table) throw new AppError('not_found', `the plan has no table ${tableNo}`)
  const bytes = await footerOfParts(
    table,
    parts.map((part) => endOf(store, part)),
  )
  return bytes && putPart(store, bytes)
}
