// Long vectors handed out in batches, as kernels fill them: for tests of writers that know no config.

import type { ColumnType } from '#engine/config/types.ts'
import type { Piece, UuidVector, Vector } from '#engine/rules/vector.ts'

export type Source = { name: string; type: ColumnType; vector: Vector }

type Window = { source: Source; load: (from: number, n: number) => void }

/** An array of the same kind, of `capacity` entries, and what copies entries of `from` into it. */
function arrayWindow<T extends Float64Array | Int32Array | Uint8Array>(
  from: T,
  capacity: number,
): [T, Window['load']] {
  const into = new (from.constructor as new (length: number) => T)(capacity)
  return [into, (at, n) => into.set(from.subarray(at, at + n))]
}

function loadAll(loads: readonly Window['load'][]): Window['load'] {
  return (at, n) => {
    for (const load of loads) load(at, n)
  }
}

function uuidWindow<T extends { words: UuidVector['words'] }>(
  uuid: T,
  capacity: number,
): [T, Window['load']] {
  const planes = uuid.words.map((plane) => arrayWindow(plane, capacity))
  const words = planes.map(([plane]) => plane) as unknown as UuidVector['words']
  return [{ ...uuid, words }, loadAll(planes.map(([, load]) => load))]
}

function pieceWindow(piece: Piece, capacity: number): [Piece, Window['load']] {
  if (piece.kind === 'literal') return [piece, () => undefined]
  if (piece.kind === 'integer') {
    const [values, load] = arrayWindow(piece.values, capacity)
    return [{ ...piece, values }, load]
  }
  if (piece.kind === 'number') {
    const [values, load] = arrayWindow(piece.vector.values, capacity)
    return [{ ...piece, vector: { ...piece.vector, values } }, load]
  }
  if (piece.kind === 'uuid') return uuidWindow(piece, capacity)
  if (piece.kind === 'list') throw new RangeError('lists are not cut into batches')
  const [codes, loadCodes] = arrayWindow(piece.codes, capacity)
  if (piece.kind === 'code') return [{ ...piece, codes }, loadCodes]
  const [numbers, loadNumbers] = arrayWindow(piece.numbers, capacity)
  const load: Window['load'] = (at, n) => {
    loadCodes(at, n)
    loadNumbers(at, n)
  }
  return [{ ...piece, codes, numbers }, load]
}

function valueWindow(vector: Vector, capacity: number): [Vector, Window['load']] {
  switch (vector.kind) {
    case 'number': {
      const [values, load] = arrayWindow(vector.values, capacity)
      return [{ ...vector, values }, load]
    }
    case 'code': {
      const [codes, load] = arrayWindow(vector.codes, capacity)
      return [{ ...vector, codes }, load]
    }
    case 'uuid':
      return uuidWindow(vector, capacity)
    case 'pieces': {
      const pieces = vector.pieces.map((piece) => pieceWindow(piece, capacity))
      const all = loadAll(pieces.map(([, load]) => load))
      return [{ ...vector, pieces: pieces.map(([piece]) => piece) }, all]
    }
    case 'text': {
      const values = new Array<string>(capacity).fill('')
      const load: Window['load'] = (at, n) => {
        for (let i = 0; i < n; i++) values[i] = vector.values[at + i] as string
      }
      return [{ ...vector, values }, load]
    }
  }
}

function windowOf(source: Source, capacity: number): Window {
  const [vector, load] = valueWindow(source.vector, capacity)
  const { nulls } = source.vector
  if (!nulls) return { source: { ...source, vector }, load }
  const [into, loadNulls] = arrayWindow(nulls, capacity)
  return {
    source: { ...source, vector: { ...vector, nulls: into } },
    load(at, n) {
      load(at, n)
      loadNulls(at, n)
    },
  }
}

/** The sources with vectors of `capacity` entries, and what loads the entries from .. from + n into them. */
export function batchesOf(
  sources: readonly Source[],
  capacity: number,
): { columns: Source[]; load: (from: number, n: number) => void } {
  const windows = sources.map((source) => windowOf(source, capacity))
  return {
    columns: windows.map(({ source }) => source),
    load(from, n) {
      for (const window of windows) window.load(from, n)
    },
  }
}
