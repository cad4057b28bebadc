// The nearest valid name to a misspelt one, by optimal string alignment distance (Damerau-Levenshtein without
// overlapping transpositions).

const LENGTH_MAX = 64
const CANDIDATES_MAX = 2000

/** Null when nothing is near enough to be what was meant (more than a third of the letters differ). */
export function nearestName(wrong: string, valid: readonly string[]): string | null {
  const typed = normal(wrong)
  const limit = Math.max(1, Math.floor(typed.length / 3))
  let best: string | null = null
  let bestDistance = limit + 1
  for (const name of valid.slice(0, CANDIDATES_MAX)) {
    const distance = alignmentDistance(typed, normal(name))
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  return best
}

function normal(name: string): string {
  return name.slice(0, LENGTH_MAX).toLowerCase().replaceAll(/[\s-]/g, '_')
}

function alignmentDistance(a: string, b: string): number {
  let previous: number[] = []
  let current = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (current[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (current[j - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (previous[j - 2] ?? 0) + 1)
      next.push(cost)
    }
    ;[previous, current] = [current, next]
  }
  return current[b.length] ?? 0
}
