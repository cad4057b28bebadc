// Logs that can only be asked for by their age: each look gives the last seconds, most of them seen before.

/** The lines of `now` that are not the end of what was seen: windows overlap where they are the same. */
export function newLines(seen: readonly string[], now: readonly string[]): string[] {
  for (let size = Math.min(seen.length, now.length); size > 0; size--) {
    const end = seen.slice(-size)
    if (end.every((line, i) => line === now[i])) return now.slice(size)
  }
  return [...now]
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
