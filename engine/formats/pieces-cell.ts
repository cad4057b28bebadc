// The cell of text put together from pieces. Whether a string needs quotes is known for every entry of every list before
// the first row, so that no string is spelled out and looked at.

import { oncePer } from '#engine/kept.ts'
import type { Piece, PiecesVector } from '#engine/rules/vector.ts'
import type { Bind } from './bind.ts'
import { type Cell, call, entryCell, fixed, joined, literalCell, quoted } from './cell-parts.ts'
import type { Dialect, MinimalQuotes } from './dialect.ts'
import { writeInteger, writePaddedInteger } from './digits.ts'
import { integerCode, paddedCode } from './inline.ts'
import { packMask, writeMask } from './mask.ts'
import { numberCell, plainNumber, scaledNumber, uuidCell } from './number-cell.ts'
import { packList } from './packed-dictionary.ts'

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
  const item = joined(items.map((piece) => pieceCell(piece, dialect)))
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
  const code = (bind: Bind): string => {
    const any = flags.map((flag) => flag.code(bind)).join('|')
    return `{const q=${any};m[p]=${byte};p+=q;${cell.code(bind)}m[p]=${byte};p+=q}`
  }
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
  }
}

/** Null where only the text shows whether it needs quotes. */
function minimalCell(
  pieces: readonly Piece[],
  { mark, needed }: MinimalQuotes,
  cell: Cell,
): Cell | null {
  const flags = pieces.map((piece) => flagOf(piece, needed))
  if (flags.includes(null)) return null
  if (flags.includes('always')) return joined([literalCell(mark), cell, literalCell(mark)])
  const some = flags.filter((flag) => flag !== null && typeof flag !== 'string')
  return some.length === 0 ? cell : quotedWhere(some, mark, cell)
}

/** Null where only the whole string shows how it is written: it may be empty, or read like a null. */
export function piecesCell({ pieces }: PiecesVector, dialect: Dialect): Cell | null {
  const texts = pieces.map(pieceTexts)
  const neverEmpty = texts.some((list) => list.every((text) => text !== ''))
  if (!neverEmpty || mayRead(texts, dialect.reserved)) return null
  const cell = joined(pieces.map((piece) => pieceCell(piece, dialect)))
  const { minimal } = dialect
  return minimal ? minimalCell(pieces, minimal, cell) : quoted(cell, dialect)
}
