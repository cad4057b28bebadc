// The cell of text put together from pieces. Whether a string needs quotes is known for every entry of every list before
// the first row, so that no string is spelled out and looked at.

import { oncePer } from '#engine/kept.ts'
import type { Piece, PiecesVector } from '#engine/rules/vector.ts'
import type { Bind } from './bind.ts'
import { type Cell, call, entryCell, fixed, joined, literalCell, stepsOf } from './cell-parts.ts'
import type { Dialect, MinimalQuotes } from './dialect.ts'
import { writeInteger, writePaddedInteger } from './digits.ts'
import { integerCode, paddedCode } from './inline.ts'
import { packMask, writeMask } from './mask.ts'
import { numberCell, plainNumber, scaledNumber, uuidCell } from './number-cell.ts'
import { hasRoom, packList } from './packed-dictionary.ts'

/** What a piece shows that may need escaping, and whether it may be empty. */
function pieceTexts(piece: Piece): readonly string[] {
  switch (piece.kind) {
    case 'literal':
      return [piece.text]
    case 'code':
      return piece.dictionary
    case 'integer':
      return ['0']
    case 'mask':
      return piece.patterns
    case 'number':
      return piece.vector.type === 'bool' ? ['false', 'true'] : ['0']
    case 'uuid':
      return ['0']
    case 'list':
      return ['']
  }
}

/** Fixed text that goes with the entries of a list. */
const AROUND_BYTES = 4
const ASCII = /^[\0-\x7f]*$/

/** A list's entries with fixed text around them, as it is written. */
type Entries = { piece: Extract<Piece, { kind: 'code' }>; before: string; after: string }

/** Whether the entries take more text around them at no cost; names of columns would make a list for each. */
function takes({ piece, before, after }: Entries, text: string): boolean {
  const around = Buffer.byteLength(before + after + text)
  return around <= AROUND_BYTES && hasRoom(piece.dictionary, around)
}

/** Cells in order, lists among them, and one behind them for a text: with a list beside it where there is room. */
function place(text: string, cells: (Cell | Entries)[], next: Entries | null): void {
  const last = cells.at(-1)
  if (text === '') return
  if (last && 'piece' in last && takes(last, text)) last.after += text
  else if (next && takes(next, text)) next.before = text
  else cells.push(literalCell(text))
}

/** The cells of pieces between two texts. */
function cellsOf(pieces: readonly Piece[], dialect: Dialect, start: string, end: string): Cell[] {
  const cells: (Cell | Entries)[] = []
  let text = start
  for (const piece of pieces) {
    const literal = piece.kind === 'literal' ? dialect.inner(piece.text) : null
    // Halves of a surrogate pair in neighbouring texts would become one character.
    if (literal !== null && ASCII.test(literal)) text += literal
    else {
      const entries = piece.kind === 'code' ? { piece, before: '', after: '' } : null
      place(text, cells, entries)
      text = ''
      cells.push(entries ?? pieceCell(piece, dialect))
    }
  }
  place(text + end, cells, null)
  return cells.map((cell) => {
    if (!('piece' in cell)) return cell
    const { piece, before, after } = cell
    return entryCell(packList(piece.dictionary, dialect.inner, after, before), piece.codes)
  })
}

function pieceCell(piece: Piece, dialect: Dialect): Cell {
  switch (piece.kind) {
    case 'literal':
      return literalCell(dialect.inner(piece.text))
    case 'code':
      return entryCell(packList(piece.dictionary, dialect.inner), piece.codes)
    case 'integer':
      return piece.pad <= 1
        ? plainNumber(piece.values, writeInteger, integerCode)
        : scaledNumber(piece.values, piece.pad, writePaddedInteger, (bind, values) =>
            paddedCode(bind, values, piece.pad),
          )
    case 'mask': {
      const { codes, numbers } = piece
      const mask = packMask(piece.patterns.map(dialect.inner))
      return fixed(mask.patterns.longest, {
        code: (bind) => call(bind, writeMask, bind(mask), bind(codes), bind(numbers), 'i'),
        write: (_, view, p, i) => writeMask(view, p, mask, codes, numbers, i),
      })
    }
    case 'number':
      return numberCell(piece.vector, { ...dialect, quote: '', datetime: 'iso' })
    case 'uuid':
      return uuidCell(piece)
    case 'list':
      return listCell(piece, dialect)
  }
}

type ListPiece = Extract<Piece, { kind: 'list' }>

function listCell({ items, starts }: ListPiece, dialect: Dialect): Cell {
  const comma = literalCell(dialect.inner(','))
  const item = joined(cellsOf(items, dialect, '', ''))
  return {
    code(bind) {
      const [from, to] = [`${bind(starts)}[i]`, `${bind(starts)}[i+1]`]
      const each = `if(j>u){${comma.code(bind)}}{const i=j;${item.code(bind)}}`
      return `{const u=${from},z=${to};for(let j=u;j<z;j++){${each}}}`
    },
    write(memory, view, p, i) {
      const first = starts[i] as number
      let at = p
      for (let k = first; k < (starts[i + 1] as number); k++) {
        if (k > first) at = comma.write(memory, view, at, k)
        at = item.write(memory, view, at, k)
      }
      return at
    },
    bound: (n) => item.bound(starts[n] as number) + comma.bound(starts[n] as number),
    widest(n) {
      let most = 0
      for (let i = 0; i < n; i++) {
        most = Math.max(most, (starts[i + 1] as number) - (starts[i] as number))
      }
      return most * (item.widest(starts[n] as number) + comma.widest(1))
    },
  }
}

/** Any digit, or place of one, as the same. */
const shapeOf = (text: string): string => text.replaceAll(/[0-9#!]/g, '0')

/** Whether pieces of these texts may add up to the one that is reserved. */
function mayRead(texts: readonly (readonly string[])[], reserved: string): boolean {
  const shape = shapeOf(reserved)
  return shape !== '' && texts.every((list) => list.some((text) => shape.includes(shapeOf(text))))
}

/** Whether entry i of a piece needs quotes, as 1 or 0. */
type Flag = { code(bind: Bind): string; at(i: number): number }

/** 1 where a list has more items than that. */
function longerThan({ starts }: ListPiece, items: number): Flag {
  return {
    code: (bind) => `(${items}+${bind(starts)}[i]-${bind(starts)}[i+1]>>>31)`,
    at: (i) => (items + (starts[i] as number) - (starts[i + 1] as number)) >>> 31,
  }
}

function listFlag(list: ListPiece, needed: MinimalQuotes['needed']): Flag | 'never' | null {
  const flags = list.items.map((item) => flagOf(item, needed))
  if (flags.includes(null)) return null
  if (flags.includes('always')) return longerThan(list, 0)
  if (flags.some((flag) => flag !== 'never')) return null
  return needed(',') ? longerThan(list, 1) : 'never'
}

/** 1 for each text of a list that needs quotes. */
const needsOf = oncePer((needed: MinimalQuotes['needed']) =>
  oncePer((texts: readonly string[]) => Uint8Array.from(texts, (text) => Number(needed(text)))),
)

/** Null where it is known of no entry without a look at its text. */
function flagOf(piece: Piece, needed: MinimalQuotes['needed']): Flag | 'always' | 'never' | null {
  if (piece.kind === 'list') return listFlag(piece, needed)
  // Digits take the places of a mask's marks.
  if (piece.kind === 'mask' && (needed('#') || needed('!'))) return null
  const needs = needsOf(needed)(pieceTexts(piece))
  if (!needs.includes(1)) return 'never'
  if (!needs.includes(0) || !('codes' in piece)) return 'always'
  const { codes } = piece
  return {
    code: (bind) => `${bind(needs)}[${bind(codes)}[i]]`,
    at: (i) => needs[codes[i] as number] as number,
  }
}

/** Quotes around the entries where a piece needs them: the mark is written always, and counts where it should. */
function quotedWhere(flags: readonly Flag[], mark: string, cell: Cell): Cell {
  const byte = mark.charCodeAt(0)
  const needs = (i: number): number => flags.reduce((any, flag) => any | flag.at(i), 0)
  const any = (bind: Bind) => flags.map((flag) => flag.code(bind)).join('|')
  const code = (bind: Bind): string =>
    `{const q=${any(bind)};m[p]=${byte};p+=q;${cell.code(bind)}m[p]=${byte};p+=q}`
  const quote = fixed(1, {
    code: (bind) => `m[p]=${byte};p+=${any(bind)};`,
    write(memory, _, p, i) {
      memory[p] = byte
      return p + needs(i)
    },
  })
  return {
    code,
    write(memory, view, p, i) {
      const around = needs(i)
      memory[p] = byte
      const end = cell.write(memory, view, p + around, i)
      memory[end] = byte
      return end + around
    },
    bound: (n) => cell.bound(n) + 2 * n,
    widest: (n) => cell.widest(n) + 2,
    steps: [quote, ...stepsOf(cell), quote],
  }
}

/** Null where only the text shows whether it needs quotes. */
function minimalCell(
  pieces: readonly Piece[],
  { mark, needed }: MinimalQuotes,
  dialect: Dialect,
  after: string,
): Cell | null {
  const flags = pieces.map((piece) => flagOf(piece, needed))
  if (flags.includes(null)) return null
  if (flags.includes('always')) {
    return joined(cellsOf(pieces, dialect, mark, mark + after))
  }
  const some = flags.filter((flag) => flag !== null && typeof flag !== 'string')
  if (some.length === 0) return joined(cellsOf(pieces, dialect, '', after))
  const marked = quotedWhere(some, mark, joined(cellsOf(pieces, dialect, '', '')))
  return joined([marked, literalCell(after)])
}

/**
 * The strings with a separator behind them. Null where only the whole string shows how it is written: it may be empty,
 * or read like a null.
 */
export function piecesCell({ pieces }: PiecesVector, dialect: Dialect, after: string): Cell | null {
  const texts = pieces.map(pieceTexts)
  const neverEmpty = texts.some((list) => list.every((text) => text !== ''))
  if (!neverEmpty || mayRead(texts, dialect.reserved)) return null
  const { minimal, quote } = dialect
  if (minimal) return minimalCell(pieces, minimal, dialect, after)
  return joined(cellsOf(pieces, dialect, quote, quote + after))
}
