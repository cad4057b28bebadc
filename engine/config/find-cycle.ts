// A cycle in a graph of names, by depth-first search without recursion.

/** The names of one cycle, its first name repeated at the end; null when there is none. Unknown names are passed over. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>()
  for (const start of edges.keys()) {
    const cycle = done.has(start) ? null : search(start, edges, done)
    if (cycle !== null) return cycle
  }
  return null
}

function search(
  start: string,
  edges: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | null {
  const path: string[] = [start]
  const onPath = new Set(path)
  const next: number[] = [0]
  while (path.length > 0) {
    const node = path.at(-1) ?? ''
    const step = next.at(-1) ?? 0
    const target = edges.get(node)?.[step]
    if (target === undefined) {
      path.pop()
      next.pop()
      onPath.delete(node)
      done.add(node)
      continue
    }
    next[next.length - 1] = step + 1
    if (onPath.has(target)) return [...path.slice(path.indexOf(target)), target]
    if (done.has(target) || !edges.has(target)) continue
    path.push(target)
    next.push(0)
    onPath.add(target)
  }
  return null
}
