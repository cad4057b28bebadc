// Which layout the dates of a column are written in: candidates by the first value, struck out by those that follow.

import type { Temporal } from '#engine/table/table.ts'
import { createDateReader, type DateReader } from './date-reader.ts'
import { isoMoment, isoMomentOf } from './iso-moment.ts'
import { createOffsetEvidence } from './offset-zone.ts'

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
    'MMM dd, yyyy',
    'MMM d, yyyy',
    'MMM dd yyyy',
    'MMM d yyyy',
  ],
  ...[
    'd MMMM yyyy',
    'dd MMMM yyyy',
    'MMMM dd, yyyy',
    'MMMM d, yyyy',
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
/** The last one reads all of them. */
const OFFSETS: readonly string[] = [' xx', ' XXX', 'xx', 'XXX']
const BETWEEN: readonly string[] = [' ', "'T'", ', ']
/** Eight digits are dates only where the column is named for it. */
const DIGITS_LAYOUT = 'yyyyMMdd'

export type LayoutSearch = {
  /** Strikes out what does not read this text; false when nothing is left. */
  add(text: string): boolean
  /** Whether the text of these bytes is written like one that strikes out nothing. */
  knows(bytes: Uint8Array, from: number, to: number): boolean
  /**
   * What reads all texts so far, the best first; `decimals` of fractions of seconds, `offset` from UTC in seconds where
   * all texts have the same.
   */
  found(): (Layout & { decimals: number; offset: number | null })[]
  /** That the best of them reads all texts in the offsets of; null for none, and where all texts have the same. */
  zone(): string | null
}

/** Where date and time meet in ISO's plain form. */
const BETWEEN_AT = 10

/** `offsets` that texts had, null among them; no more than tell that there are several. */
type Candidate = Layout & { reader: DateReader; decimals: number; offsets: Set<number | null> }

/** A search in one column; `digits` where eight digits may be a date. */
export function createLayoutSearch(digits: boolean): LayoutSearch {
  let alive: Candidate[] | null = null
  // Of ISO dates a dozen looser layouts stay, which read whatever is written like the last text that all of them read.
  let shape: Shape | null = null
  /** Of the best layout so far: what another one read before says nothing. */
  const zoned = { by: null as Candidate | null, evidence: createOffsetEvidence() }
  const noteOffset = (text: string, moment: number, candidate: Candidate): void => {
    if (zoned.by !== null && zoned.by !== candidate) zoned.evidence.add(moment, null)
    zoned.by = candidate
    zoned.evidence.add(moment, UTC.test(text) ? null : candidate.reader.offset())
  }
  const isAlike = (text: string): boolean =>
    shape !== null &&
    text.length === shape.length &&
    (text.length <= BETWEEN_AT || text.charCodeAt(BETWEEN_AT) === shape.between) &&
    !Number.isNaN(isoMoment(shape.type, text))
  return {
    add(text) {
      if (isAlike(text)) return true
      alive ??= candidatesFor(text, digits)
      let kept = 0
      for (const candidate of alive) {
        const moment = candidate.reader.read(text)
        if (Number.isNaN(moment)) continue
        if (kept === 0) noteOffset(text, moment, candidate)
        candidate.decimals = Math.max(candidate.decimals, candidate.reader.decimals())
        if (candidate.offsets.size < 2) candidate.offsets.add(candidate.reader.offset())
        alive[kept++] = candidate
      }
      alive.length = kept
      shape = shapeOf(text, alive)
      return kept > 0
    },
    knows(bytes, from, to) {
      if (shape === null || to - from !== shape.length) return false
      if (to - from > BETWEEN_AT && bytes[from + BETWEEN_AT] !== shape.between) return false
      return !Number.isNaN(isoMomentOf(shape.type, bytes, from, to))
    },
    found: () =>
      (alive ?? []).map(({ type, layout, decimals, offsets }) => {
        const [offset = null, ...others] = offsets
        return { type, layout, decimals, offset: others.length === 0 ? offset : null }
      }),
    zone: () => zoned.evidence.zone(),
  }
}

const UTC = /z$/i

/** `between`: the character there, of texts that go on. */
type Shape = { type: Temporal; length: number; between: number }

/** Of a text in a plain ISO form that only layouts with its fields, in its order, are left of. */
function shapeOf(text: string, alive: readonly Candidate[]): Shape | null {
  const type = alive[0]?.type
  if (type === undefined || Number.isNaN(isoMoment(type, text))) return null
  const areAlike = alive.every(({ layout }) => layout === null || /^(?:yyyy-|H)/.test(layout))
  return areAlike ? { type, length: text.length, between: text.charCodeAt(BETWEEN_AT) } : null
}

function candidatesFor(text: string, digits: boolean): Candidate[] {
  if (text.length > 40 || !/\d/.test(text)) return []
  const layouts = /[:T]|\d[ap]\.?m/i.test(text) && text.includes(':') ? timed(text) : plain(digits)
  return layouts.map((layout) => {
    const reader = createDateReader(layout.type, layout.layout)
    return { ...layout, reader, decimals: 0, offsets: new Set() }
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
