// Which layout the dates of a column are written in: candidates by the first value, struck out by those that follow.

import { createDateReader, type DateReader, type Temporal } from './date-reader.ts'

export type Layout = { type: Temporal; layout: string | null }

/** Where several fit all values, the first is taken. */
const DATES: readonly (string | null)[] = [
  null,
  ...['yyyy/MM/dd', 'yyyy.MM.dd', 'dd.MM.yyyy', 'd.M.yyyy', 'dd.MM.yy'],
  ...[
    'MM/dd/yyyy',
    'dd/MM/yyyy',
    'M/d/yyyy',
    'd/M/yyyy',
    'MM/dd/yy',
    'dd/MM/yy',
    'M/d/yy',
    'd/M/yy',
  ],
  ...['dd-MM-yyyy', 'MM-dd-yyyy', 'd-M-yyyy', 'yyyy/M/d', 'yyyy-M-d'],
  ...[
    'dd MMM yyyy',
    'd MMM yyyy',
    'dd-MMM-yyyy',
    'd-MMM-yyyy',
    'dd-MMM-yy',
    'd-MMM-yy',
    'MMM d, yyyy',
    'MMM dd, yyyy',
  ],
  ...[
    'd MMMM yyyy',
    'dd MMMM yyyy',
    'MMMM d, yyyy',
    'MMMM dd, yyyy',
    'EEE, dd MMM yyyy',
    'EEEE, MMMM d, yyyy',
  ],
]
const CLOCKS: readonly string[] = [
  'HH:mm:ss',
  'HH:mm',
  'H:mm',
  'H:mm:ss',
  'hh:mm:ss a',
  'h:mm:ss a',
  'hh:mm a',
  'h:mm a',
]
const OFFSETS: readonly string[] = ['XXX', 'xx', ' XXX', ' xx']
const BETWEEN: readonly string[] = [' ', "'T'", ', ']
/** Eight digits are dates only where the column is named for it. */
const DIGITS_LAYOUT = 'yyyyMMdd'

export type LayoutSearch = {
  /** Strikes out what does not read this text; false when nothing is left. */
  add(text: string): boolean
  /** What reads all texts so far, the best first; `decimals` of fractions of seconds. */
  found(): (Layout & { decimals: number })[]
}

type Candidate = Layout & { reader: DateReader; decimals: number }

/** A search in one column; `digits` where eight digits may be a date. */
export function createLayoutSearch(digits: boolean): LayoutSearch {
  let alive: Candidate[] | null = null
  return {
    add(text) {
      alive ??= candidatesFor(text, digits)
      let kept = 0
      for (const candidate of alive) {
        if (Number.isNaN(candidate.reader.read(text))) continue
        candidate.decimals = Math.max(candidate.decimals, candidate.reader.decimals())
        alive[kept++] = candidate
      }
      alive.length = kept
      return kept > 0
    },
    found: () => (alive ?? []).map(({ type, layout, decimals }) => ({ type, layout, decimals })),
  }
}

function candidatesFor(text: string, digits: boolean): Candidate[] {
  if (text.length > 40 || !/\d/.test(text)) return []
  const layouts = /[:T]|\d[ap]\.?m/i.test(text) && text.includes(':') ? timed(text) : plain(digits)
  return layouts.map((layout) => {
    const reader = createDateReader(layout.type, layout.layout)
    return { ...layout, reader, decimals: 0 }
  })
}

function plain(digits: boolean): Layout[] {
  return [...DATES, ...(digits ? [DIGITS_LAYOUT] : [])].map((layout) => ({ type: 'date', layout }))
}

function timed(text: string): Layout[] {
  if (/^\d{1,2}:/.test(text))
    return CLOCKS.map((layout) => ({ type: 'time', layout: layout === 'HH:mm:ss' ? null : layout }))
  const whole: Layout[] = []
  const offsets = /(?:z|[+-]\d{2}:?\d{2})$/i.test(text) ? OFFSETS : ['']
  for (const date of DATES)
    for (const clock of CLOCKS)
      for (const between of BETWEEN)
        for (const offset of offsets) {
          const layout = `${date ?? 'yyyy-MM-dd'}${between}${clock}${offset}`
          const isIso =
            date === null && between === "'T'" && clock === 'HH:mm:ss' && offset !== 'xx'
          whole.push({ type: 'datetime', layout: isIso && !offset.startsWith(' ') ? null : layout })
        }
  return whole
}
