// Networks of IPv4 as a config names them, to ranges of addresses.

/** First and last address as 32-bit numbers. */
export type Range = [first: number, last: number]

const NAMED: Readonly<Record<string, readonly string[]>> = {
  documentation: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
}

/** Ranges that are nobody's own on the internet (RFC 6890 and its registry). */
const SPECIAL =
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
  192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3`.split(
    /\s+/,
  )

/** Words for networks that a config may use beside `10.0.0.0/8`. */
export const NETWORK_NAMES = ['reserved', 'documentation', 'private', 'public'] as const

const LAST = 2 ** 32 - 1

/** A network such as `10.0.0.0/8`; a single address is one too. Null when it is none. */
function rangeOf(text: string): Range | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text.trim())
  if (match === null) return null
  const octets = match.slice(1, 5).map(Number)
  const bits = Number(match[5] ?? 32)
  if (octets.some((octet) => octet > 255) || bits > 32) return null
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  const size = 2 ** (32 - bits)
  const first = address - (address % size)
  return [first, first + size - 1]
}

const rangesOf = (texts: readonly string[]): Range[] =>
  texts.map(rangeOf).filter((range) => range !== null)

function publicRanges(): Range[] {
  const taken = rangesOf(SPECIAL).sort((a, b) => a[0] - b[0])
  return [...taken, [LAST + 1, LAST + 1] as Range].flatMap(([first], k): Range[] => {
    const from = (taken[k - 1]?.[1] ?? -1) + 1
    return from < first ? [[from, first - 1]] : []
  })
}

/** The ranges of a name or a network; null when it is neither. */
export function networkOf(text: string): Range[] | null {
  const name = text.trim().toLowerCase()
  if (name === 'public') return publicRanges()
  if (name === 'reserved') return rangesOf([...Object.values(NAMED).flat(), '198.18.0.0/15'])
  if (Object.hasOwn(NAMED, name)) return rangesOf(NAMED[name] ?? [])
  const range = rangeOf(text)
  return range === null ? null : [range]
}

/** Without overlaps, the largest first. */
export function mergedNetworks(texts: readonly string[]): Range[] {
  const merged: Range[] = []
  const all = texts.flatMap((text) => networkOf(text) ?? [])
  for (const [first, last] of all.toSorted((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1)
    if (previous !== undefined && first <= previous[1] + 1) {
      previous[1] = Math.max(previous[1], last)
    } else merged.push([first, last])
  }
  return merged.sort((a, b) => b[1] - b[0] - (a[1] - a[0]) || a[0] - b[0])
}
