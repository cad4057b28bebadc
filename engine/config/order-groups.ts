// Comparisons between columns, joined into groups that are ordered together.
import type { PlacedRelation } from './lower-constraints.ts'

export type OrderGroup = {
  path: string
  /** Lower columns first. */
  columns: string[]
  /** Places in `columns`, the first below the second; sorted by the second. */
  edges: [number, number][]
  /** By how many steps a column is above the lowest that it must be above. */
  shifts: number[]
}

/** Comparisons in a circle leave no order; they are named by `circleOf`. */
export function orderGroups(relations: readonly PlacedRelation[]): OrderGroup[] {
  const pairs = relations.flatMap(({ low, high, strict, path }) =>
    'column' in low && 'column' in high
      ? [{ low: low.column, high: high.column, strict, path }]
      : [],
  )
  const names = [...new Set(pairs.flatMap(({ low, high }) => [low, high]))]
  const group = new Map(names.map((name) => [name, name]))
  const rootOf = (name: string): string => {
    const up = group.get(name) ?? name
    return up === name ? name : rootOf(up)
  }
  for (const { low, high } of pairs) group.set(rootOf(high), rootOf(low))
  const roots = [...new Set(names.map(rootOf))]
  return roots.map((root) => {
    const own = pairs.filter(({ low }) => rootOf(low) === root)
    const columns = lowestFirst(
      names.filter((name) => rootOf(name) === root),
      own,
    )
    const place = (name: string) => columns.indexOf(name)
    const sorted = own.toSorted((a, b) => place(a.high) - place(b.high))
    const shifts = columns.map(() => 0)
    for (const { low, high, strict } of sorted) {
      const least = (shifts[place(low)] as number) + (strict ? 1 : 0)
      shifts[place(high)] = Math.max(shifts[place(high)] as number, least)
    }
    const edges = sorted.map(({ low, high }): [number, number] => [place(low), place(high)])
    return { path: own[0]?.path ?? '', columns, edges, shifts }
  })
}

type Pair = { low: string; high: string }

/** Topological order; columns in a circle come last, in any order. */
function lowestFirst(names: string[], pairs: readonly Pair[]): string[] {
  const left = new Set(names)
  const sorted: string[] = []
  for (;;) {
    const free = [...left].filter(
      (name) => !pairs.some(({ low, high }) => high === name && left.has(low)),
    )
    if (free.length === 0) return [...sorted, ...left]
    for (const name of free) left.delete(name)
    sorted.push(...free)
  }
}
