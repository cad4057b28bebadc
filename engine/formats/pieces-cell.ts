// The cell of text put together from pieces. Whether a string needs quotes is known for every entry of every list before
// the first row, so that no string is spelled out and looked at.

import type { Piece, PiecesVector } from '#engine/rules/vector.ts'
import type { Bind } from './bind.ts'
import { type Cell, call, entryCell, fixed, joined, literalCell, quoted } from './cell-parts.ts'
import type { Dialect, MinimalQuotes } from './dialect.ts'
import { writeInteger, writePaddedInteger } from './digits.ts'
import { integerCode } from './inline.ts'
import { packMask, writeMask } from './mask.ts'
import { plainNumber, scaledNumber } from './number-cell.ts'
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
  }
}

function pieceCell(piece: Piece, dialect: Dialect): Cell {
  switch (piece.kind) {
    case 'literal':
      return literalCell(dialect.inner(piece.text))
    case 'code':
      return entryCell(packList(piece.dictionary, dialect.inner), piece.codes)
    case 'integer':
      return piece.pad === 0
        ? plainNumber(piece.values, writeInteger, integerCode)
        : scaledNumber(piece.values, piece.pad, writePaddedInteger)
    case 'mask': {
      const { codes, numbers } = piece
      const mask = packMask(piece.patterns.map(dialect.inner))
      return fixed(mask.patterns.longest, {
        code: (bind) => call(bind, writeMask, bind(mask), bind(codes), bind(numbers), 'i'),
        write: (_, view, p, i) => writeMask(view, p, mask, codes, numbers, i),
      })
    }
  }
}

/** Any digit, or place of one, as the same. */
const shapeOf = (text: string): string => text.replaceAll(/[0-9#!]/g, '0')

/** Whether pieces of these texts may add up to the one that is reserved. */
function mayRead(texts: readonly (readonly string[])[], reserved: string): boolean {
  const shape = shapeOf(reserved)
  return shape !== '' && texts.every((list) => list.some((text) => shape.includes(shapeOf(text))))
}

/** Whether some entries of a piece need quotes and others do not: 1 for those that do. */
type Flags = { codes: Int32Array; needs: Uint8Array }

function flagsOf(piece: Piece, needed: MinimalQuotes['needed']): Flags | 'always' | 'never' {
  const texts = pieceTexts(piece)
  const needs = Uint8Array.from(texts, (text) => Number(needed(text)))
  if (!needs.includes(1)) return 'never'
  return needs.includes(0) && 'codes' in piece ? { codes: piece.codes, needs } : 'always'
}

/** Quotes around the entries where a piece needs them: the mark is written always, and counts where it should. */
function quotedWhere(flags: readonly Flags[], mark: string, cell: Cell): Cell {
  const byte = mark.charCodeAt(0)
  const needs = (i: number): number =>
    flags.reduce((any, flag) => any | (flag.needs[flag.codes[i] as number] as number), 0)
  const code = (bind: Bind): string => {
    const any = flags.map((flag) => `${bind(flag.needs)}[${bind(flag.codes)}[i]]`).join('|')
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

/** Null where the places of a mask could be taken for marks. */
function minimalCell(
  pieces: readonly Piece[],
  { mark, needed }: MinimalQuotes,
  cell: Cell,
): Cell | null {
  if (pieces.some(({ kind }) => kind === 'mask') && (needed('#') || needed('!'))) return null
  const flags = pieces.map((piece) => flagsOf(piece, needed))
  if (flags.includes('always')) return joined([literalCell(mark), cell, literalCell(mark)])
  const some = flags.filter((flag) => typeof flag !== 'string')
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
