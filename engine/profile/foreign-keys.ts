// Foreign keys between profiled tables: columns whose values are all among those of a key of another table, as far as
// the hashes that were kept of them tell.

import type { ColumnProfile } from './profile.ts'
import type { ColumnSketch, Profiled } from './profiler.ts'

export type ForeignKey = {
  child: { table: string; column: string }
  parent: { table: string; column: string }
  /** Of the child's different values those that the parent has. */
  inclusion: number
  /** Different values that this is told from. */
  compared: number
  /** Rows of the child for a row of the parent, as a histogram: shares of parents from each edge up to the next. */
  children: { edges: number[]; counts: number[] }
}

const INCLUSION_MIN = 0.999
const COMPARED_MIN = 3
/** Without a name that says so: different values that are compared, and share of the parent's keys that have children. */
const COMPARED_UNNAMED = 50
const COVERED_UNNAMED = 0.5

/** At most one parent for a column, the likeliest. The tables were profiled with one seed. */
export function findForeignKeys(tables: readonly Profiled[]): ForeignKey[] {
  const found: ForeignKey[] = []
  for (const childTable of tables)
    for (const [at, child] of childTable.profile.columns.entries()) {
      const sketch = childTable.sketches[at] as ColumnSketch
      const options = tables.flatMap((parentTable) =>
        parentsIn(parentTable, childTable, child, sketch),
      )
      const best = options.sort((a, b) => b.score - a.score)[0]
      if (best !== undefined) found.push(best.key)
    }
  return found
}

type Option = { key: ForeignKey; score: number }

function parentsIn(
  { profile, sketches }: Profiled,
  childTable: Profiled,
  child: ColumnProfile,
  sketch: ColumnSketch,
): Option[] {
  return profile.columns.flatMap((parent, at): Option[] => {
    const own = childTable.profile === profile
    if (!parent.unique || parent.nulls > 0 || !mayRefer(child, parent) || own) return []
    const keys = sketches[at] as ColumnSketch
    const { inclusion, compared } = inclusionOf(sketch, keys)
    if (inclusion < INCLUSION_MIN || compared < COMPARED_MIN) return []
    const named = areNamedAlike(child.name, parent.name, profile.table)
    const covered = child.distinct.count / parent.distinct.count
    if (!named && (compared < COMPARED_UNNAMED || covered < COVERED_UNNAMED)) return []
    const key = {
      child: { table: childTable.profile.table, column: child.name },
      parent: { table: profile.table, column: parent.name },
      inclusion,
      compared,
      children: childrenOf(sketch, parent.distinct.count),
    }
    return [{ key, score: (named ? 2 : 0) + Math.min(1, covered) }]
  })
}

const KEYS: readonly string[] = ['integer', 'id', 'category', 'text']

function mayRefer(child: ColumnProfile, parent: ColumnProfile): boolean {
  return KEYS.includes(child.type) && KEYS.includes(parent.type) && !child.constant
}

/** `customer_id` is named like `id` of `customers`, and like any `customer_id`. */
function areNamedAlike(child: string, parent: string, table: string): boolean {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const [own, key] = [plain(child), plain(parent)]
  const single = plain(table).replace(/ies$/, 'y').replace(/s$/, '')
  if (own === key && !/^(id|key|code|name|no|number)$/.test(own)) return true
  return single.length > 1 && own.includes(single)
}

/** Both keep every hash below the smaller limit: there they are whole. */
function inclusionOf(
  child: ColumnSketch,
  parent: ColumnSketch,
): { inclusion: number; compared: number } {
  const limit = Math.min(child.limit, parent.limit)
  const keys = new Set(parent.hashes)
  let [compared, included] = [0, 0]
  for (const hash of child.hashes) {
    if (hash >= limit) break
    compared++
    if (keys.has(hash)) included++
  }
  return { inclusion: compared === 0 ? 0 : included / compared, compared }
}

const BINS_MAX = 40

/** Bins are as many children each has, one by one while they are few. */
function childrenOf({ counts, limit }: ColumnSketch, parents: number): ForeignKey['children'] {
  const childless = Math.max(0, parents * (limit / 2 ** 53) - counts.length)
  const most = counts.reduce((top, count) => Math.max(top, count), 0)
  const width = Math.max(1, Math.ceil(most / BINS_MAX))
  const bins = Math.ceil(most / width)
  const shares = new Float64Array(bins + 1)
  shares[0] = childless
  for (const count of counts) {
    const bin = Math.ceil(count / width)
    shares[bin] = (shares[bin] as number) + 1
  }
  const total = childless + counts.length
  return {
    edges: [0, ...Array.from({ length: bins + 1 }, (_, at) => at * width + 1)],
    counts: Array.from(shares, (rows) => Number((rows / total).toPrecision(6))),
  }
}
