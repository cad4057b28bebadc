// Pieces whose entries are kept while the kernel that makes them makes more.

import type { Piece } from './vector.ts'

type PieceStore = {
  /** The same pieces, over the entries that are kept. */
  readonly pieces: readonly Piece[]
  /** Keeps the first n entries as those from `at` on. */
  keep(n: number, at: number): void
}

type Keep = PieceStore['keep']

/** Room for the entries of an array, and what copies them there. */
function kept<A extends Int32Array | Float64Array>(from: A, to: A): [A, Keep] {
  return [to, (n, at) => to.set(from.subarray(0, n), at)]
}

function storePiece(piece: Piece, room: number): [Piece, Keep[]] | null {
  const integers = (from: Int32Array) => kept(from, new Int32Array(room))
  const numbers = (from: Float64Array) => kept(from, new Float64Array(room))
  switch (piece.kind) {
    case 'literal':
      return [piece, []]
    case 'code': {
      const [codes, keep] = integers(piece.codes)
      return [{ ...piece, codes }, [keep]]
    }
    case 'integer': {
      const [values, keep] = numbers(piece.values)
      return [{ ...piece, values }, [keep]]
    }
    case 'mask': {
      const [codes, keepCodes] = integers(piece.codes)
      const [digits, keepDigits] = numbers(piece.numbers)
      return [{ ...piece, codes, numbers: digits }, [keepCodes, keepDigits]]
    }
    case 'number': {
      const [values, keep] = numbers(piece.vector.values)
      return [{ ...piece, vector: { ...piece.vector, values } }, [keep]]
    }
    case 'uuid': {
      const [a, b, c, d] = piece.words
      const [[ka, keepA], [kb, keepB], [kc, keepC], [kd, keepD]] = [
        integers(a),
        integers(b),
        integers(c),
        integers(d),
      ]
      return [{ ...piece, words: [ka, kb, kc, kd] }, [keepA, keepB, keepC, keepD]]
    }
    case 'list':
      return null
  }
}

/** Room for so many entries; null where pieces have lists, whose items nothing bounds. */
export function createPieceStore(pieces: readonly Piece[], room: number): PieceStore | null {
  const stored = pieces.map((piece) => storePiece(piece, room))
  if (!stored.every((one) => one !== null)) return null
  const keeps = stored.flatMap(([, keep]) => keep)
  return {
    pieces: stored.map(([piece]) => piece),
    keep(n, at) {
      for (const keep of keeps) keep(n, at)
    },
  }
}
