// Answers that follow from their question alone, kept for whoever asks next: columns, tables and jobs ask for the same
// lists, forms and code.

/** `make`'s answer under its key, or the one that was made before. */
export type Kept<T> = (key: string, make: () => T) => T

/** Keeps the answers of the `most` keys that were asked for last. */
export function createKept<T extends object>(most: number): Kept<T> {
  const known = new Map<string, T>()
  return (key, make) => {
    const answer = known.get(key) ?? make()
    known.delete(key)
    known.set(key, answer)
    if (known.size > most) known.delete(known.keys().next().value as string)
    return answer
  }
}

/** As `make`, asked once of each thing, for as long as the thing lives. */
export function oncePer<K extends object, T extends object>(
  make: (thing: K) => T,
): (thing: K) => T {
  const known = new WeakMap<K, T>()
  return (thing) => {
    const answer = known.get(thing) ?? make(thing)
    known.set(thing, answer)
    return answer
  }
}
