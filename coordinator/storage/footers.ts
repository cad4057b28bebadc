// Footers of files whose format has one, out of the ends of their stored parts: the same parts give the same bytes, and
// so the same CID. Hash, merge and manifest follow each other in one process most of the time, so a footer is kept for a
// while by what it is made of; any process that has not made it makes it.

import { createHash } from 'node:crypto'
import { hasFooter } from '#engine/config/output-formats.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { Link } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import { footerOfParts, type PartEnd } from '#engine/footer.ts'
import type { Plan } from '#engine/plan.ts'
import { sandboxFor } from '#engine/sandbox/sandbox-for.ts'
import type { BlockStore } from './block-store.ts'
import { readPartRange } from './part-range.ts'
import { putPart } from './put-dag.ts'

/** Well within the hour for which the sweep leaves a new block alone, so that what is kept is still stored. */
const KEPT_MS = 10 * 60_000
const KEPT_MOST = 1000

type Spec = { config: ResolvedConfig; plan: Plan; specDigest: string }

/**
 * The footer of a table's file over all its parts, stored when this returns; null where the format has none. AppError
 * `part_missing` where a part cannot be read.
 */
export type PutFooter = (
  spec: Spec,
  tableNo: number,
  parts: readonly Link[],
) => Promise<Link | null>

function endOf(store: BlockStore, part: Link): PartEnd {
  return { bytes: part.bytes, read: (from, to) => readPartRange(store, part, from, to) }
}

async function makeFooter(
  store: BlockStore,
  { config, plan }: Spec,
  tableNo: number,
  parts: readonly Link[],
): Promise<Link | null> {
  // Most files have no footer, and the engine takes a while to load.
  const { compile } = await import('#engine/compile.ts')
  const sandbox = await sandboxFor(config)
  const table = compile(config, plan, { sandbox }).tables[tableNo]
  if (!table) throw new AppError('not_found', `the plan has no table ${tableNo}`)
  const bytes = await footerOfParts(
    table,
    parts.map((part) => endOf(store, part)),
  )
  return bytes && putPart(store, bytes)
}

function keyOf({ specDigest }: Spec, tableNo: number, parts: readonly Link[]): string {
  const hash = createHash('sha256').update(`${specDigest} ${tableNo}`)
  for (const { cid } of parts) hash.update(` ${cid}`)
  return hash.digest('hex')
}

type Kept = { untilMs: number; footer: Promise<Link | null> }

/** What puts footers into the store. `now`: milliseconds. */
export function createFooters(
  store: BlockStore,
  { now = () => performance.now() }: { now?: () => number } = {},
): PutFooter {
  const kept = new Map<string, Kept>()
  return (spec, tableNo, parts) => {
    if (!hasFooter(spec.config.output)) return Promise.resolve(null)
    const key = keyOf(spec, tableNo, parts)
    const known = kept.get(key)
    if (known && known.untilMs > now()) return known.footer
    const footer = makeFooter(store, spec, tableNo, parts)
    // Map keeps the order of insertion: the first is the oldest.
    kept.delete(key)
    const [oldest] = kept.keys()
    if (oldest !== undefined && kept.size >= KEPT_MOST) kept.delete(oldest)
    kept.set(key, { untilMs: now() + KEPT_MS, footer })
    footer.catch(() => {
      if (kept.get(key)?.footer === footer) kept.delete(key)
    })
    return footer
  }
}
