// One slip of a typist in a text: letters changed in place, left out, doubled or hit beside.

const NEIGHBOURS: Readonly<Record<string, string>> = {
  ...{ a: 's', b: 'v', c: 'x', d: 'f', e: 'r', f: 'g', g: 'h', h: 'j', i: 'o', j: 'k', k: 'l' },
  ...{ l: 'k', m: 'n', n: 'm', o: 'p', p: 'o', q: 'w', r: 't', s: 'd', t: 'z', u: 'i', v: 'b' },
  ...{ w: 'e', x: 'y', y: 'x', z: 'u' },
}

const SLIPS = 4

/** The text with one slip, chosen by two words; never the same text. Empty text stays empty. */
export function typo(text: string, first: number, second: number): string {
  const chars = Array.from(text)
  if (chars.length === 0) return text
  const at = second % chars.length
  const slipped = slip(chars, at, first % SLIPS)
  return slipped === text ? slip(chars, at, 1) : slipped
}

function slip(chars: readonly string[], at: number, kind: number): string {
  const here = chars[at] as string
  const [before, after] = [chars.slice(0, at).join(''), chars.slice(at + 1).join('')]
  if (kind === 0) return `${before}${chars[at + 1] ?? ''}${here}${chars.slice(at + 2).join('')}`
  if (kind === 1) return `${before}${here}${here}${after}`
  if (kind === 2) return chars.length > 1 ? before + after : `${here}${here}`
  const near = NEIGHBOURS[here.toLowerCase()]
  if (near === undefined) return `${before}${here}${here}${after}`
  return `${before}${here === here.toLowerCase() ? near : near.toUpperCase()}${after}`
}
