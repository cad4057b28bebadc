// How dates and times are laid out as text: the directives of strftime (POSIX, with `-` for no padding) where the text
// has a %, else the letters of Unicode LDML. Names are English.

export type DateField =
  | 'year'
  | 'year2'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'hour12'
  | 'minute'
  | 'second'
  | 'epoch'

export type NameField = 'month' | 'month3' | 'weekday' | 'weekday3' | 'half'

/** `colon`: +01:00. `basic`: +0100. `z`: as colon, or Z in UTC. */
export type OffsetStyle = 'colon' | 'basic' | 'z'

export type LayoutPart =
  | { text: string }
  | { field: DateField; pad: number }
  | { name: NameField }
  | { offset: OffsetStyle }

const field = (name: DateField, pad = 2): LayoutPart => ({ field: name, pad })

const DIRECTIVES: Readonly<Record<string, LayoutPart[]>> = {
  Y: [field('year', 4)],
  y: [field('year2')],
  m: [field('month')],
  d: [field('day')],
  j: [field('dayOfYear', 3)],
  H: [field('hour')],
  I: [field('hour12')],
  M: [field('minute')],
  S: [field('second')],
  s: [field('epoch', 1)],
  b: [{ name: 'month3' }],
  h: [{ name: 'month3' }],
  B: [{ name: 'month' }],
  a: [{ name: 'weekday3' }],
  A: [{ name: 'weekday' }],
  p: [{ name: 'half' }],
  z: [{ offset: 'basic' }],
  ':z': [{ offset: 'colon' }],
  '%': [{ text: '%' }],
  F: [field('year', 4), { text: '-' }, field('month'), { text: '-' }, field('day')],
  T: [field('hour'), { text: ':' }, field('minute'), { text: ':' }, field('second')],
  R: [field('hour'), { text: ':' }, field('minute')],
  D: [field('month'), { text: '/' }, field('day'), { text: '/' }, field('year2')],
}

const LETTERS: Readonly<Record<string, LayoutPart>> = {
  yyyy: field('year', 4),
  YYYY: field('year', 4),
  yy: field('year2'),
  YY: field('year2'),
  MMMM: { name: 'month' },
  MMM: { name: 'month3' },
  MM: field('month'),
  M: field('month', 1),
  dd: field('day'),
  DD: field('day'),
  d: field('day', 1),
  D: field('day', 1),
  HH: field('hour'),
  H: field('hour', 1),
  hh: field('hour12'),
  h: field('hour12', 1),
  mm: field('minute'),
  m: field('minute', 1),
  ss: field('second'),
  s: field('second', 1),
  a: { name: 'half' },
  A: { name: 'half' },
  EEEE: { name: 'weekday' },
  EEE: { name: 'weekday3' },
  XXX: { offset: 'z' },
  xxx: { offset: 'colon' },
  xx: { offset: 'basic' },
  Z: { offset: 'z' },
  T: { text: 'T' },
}

export const DIRECTIVE_NAMES: readonly string[] = Object.keys(DIRECTIVES).map((name) => `%${name}`)
export const LETTER_NAMES: readonly string[] = Object.keys(LETTERS)

export type LayoutFault = { fault: string }

/** The parts of a layout, or the first piece of it that is none. */
export function parseLayout(text: string): LayoutPart[] | LayoutFault {
  return text.includes('%') ? parseDirectives(text) : parseLetters(text)
}

function parseDirectives(text: string): LayoutPart[] | LayoutFault {
  const parts: LayoutPart[] = []
  for (const [whole, plain, bare, name] of text.matchAll(/([^%]+)|%(-?)(:?[\s\S]?)/g)) {
    const found = plain === undefined ? ownEntry(DIRECTIVES, name ?? '') : [{ text: plain }]
    if (found === undefined) return { fault: whole }
    parts.push(
      ...found.map((part) => (bare === '-' && 'field' in part ? { ...part, pad: 1 } : part)),
    )
  }
  return parts
}

function parseLetters(text: string): LayoutPart[] | LayoutFault {
  const parts: LayoutPart[] = []
  for (const [whole, quoted, letters] of text.matchAll(
    /'((?:[^']|'')*)'|(([A-Za-z])\3*)|[^A-Za-z']+|'/g,
  )) {
    if (quoted !== undefined)
      parts.push({ text: quoted === '' ? "'" : quoted.replaceAll("''", "'") })
    else if (letters === undefined && whole !== "'") parts.push({ text: whole })
    else {
      const found = letters === undefined ? undefined : ownEntry(LETTERS, letters)
      if (found === undefined) return { fault: whole }
      parts.push(found)
    }
  }
  return parts
}

function ownEntry<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
