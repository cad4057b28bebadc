// The letters and signs that every value of a column begins with, such as `CUST-`.

/** Fewer values than this, or fewer different ones, do not show what they begin with. */
const ROWS_TO_SHARE = 50
const LONGEST = 64

/**
 * Ends before the first digit and never inside a word; empty where some value is not longer, or where too few values
 * share it.
 */
export function sharedPrefix(texts: Iterable<string>): string {
  let prefix: string | null = null
  let rows = 0
  const distinct = new Set<string>()
  for (const text of texts) {
    rows++
    if (distinct.size < ROWS_TO_SHARE) distinct.add(text)
    prefix = prefix === null ? (/^\P{Nd}*/u.exec(text)?.[0] ?? '') : common(prefix, text)
    if (prefix === '') return ''
    const rest = text.slice(prefix.length)
    if (rest === '') return ''
    if (/^[\p{L}\p{M}\p{Cs}]/u.test(rest)) prefix = prefix.replace(/[\p{L}\p{M}\p{Cs}]+$/u, '')
  }
  const shared = rows >= ROWS_TO_SHARE && distinct.size >= ROWS_TO_SHARE ? (prefix ?? '') : ''
  return shared.length <= LONGEST ? shared : ''
}

function common(prefix: string, text: string): string {
  let length = 0
  while (length < prefix.length && prefix[length] === text[length]) length++
  return prefix.slice(0, length)
}
