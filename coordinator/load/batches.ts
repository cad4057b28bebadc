// Rows as they come, in lists of one length.

/** Lists of `most` rows, the last of as many as are left. */
export async function* batchesOf<T>(
  source: AsyncIterable<T[]>,
  most: number,
): AsyncGenerator<T[], void, undefined> {
  let rest: T[] = []
  for await (const rows of source) {
    rest = rest.concat(rows)
    let at = 0
    for (; rest.length - at >= most; at += most) yield rest.slice(at, at + most)
    rest = rest.slice(at)
  }
  if (rest.length > 0) yield rest
}
