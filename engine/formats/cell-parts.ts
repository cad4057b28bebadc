// What cells are made of: fixed text, entries of lists, and one cell behind the other.

import type { Bind } from './bind.ts'
import type { Dialect } from './dialect.ts'
import { type PackedDictionary, packDictionary, writeEntry } from './packed-dictionary.ts'

/**
 * How one column's values become text in one dialect: as a fragment of generated code, as a closure with the same
 * effect, and with a bound on their bytes. Code holds our own tokens and integers only; every string and array of
 * the config reaches it as a bound value.
 */
export type Cell = {
  /** Statements that write entry `i` at `p` and move `p`; `m` is the memory, `d` its view. */
  code(bind: Bind): string
  /** The same: returns the position after entry i. */
  write(memory: Uint8Array, view: DataView, p: number, i: number): number
  /** Most bytes for the first n entries. */
  bound(n: number): number
  /** Most bytes of any one of them. */
  widest(n: number): number
}

/** `p=write(d,p,...)` over entry i of arrays. */
export function call(bind: Bind, write: unknown, ...operands: string[]): string {
  return `p=${bind(write)}(${['d', 'p', ...operands].join(',')});`
}

/** A cell of at most so many bytes an entry. */
export function fixed(most: number, cell: Omit<Cell, 'bound' | 'widest'>): Cell {
  return { ...cell, bound: (n) => n * most, widest: () => most }
}

/** Copies entry `codes[i]` of a packed list, unrolled. */
function entryCode(bind: Bind, packed: PackedDictionary, codes: Int32Array): string {
  if (!packed.words) return call(bind, writeEntry, bind(packed), `${bind(codes)}[i]`)
  const { stride, data } = packed.words
  const words = bind(data)
  const copies = Array.from(
    { length: stride },
    (_, k) => `d.setFloat64(p+${8 * k},${words}[x+${k}],true);`,
  )
  const step = `p+=${bind(packed.lengths)}[y];`
  return `{const y=${bind(codes)}[i],x=y*${stride};${copies.join('')}${step}}`
}

/** Entry `codes[i]` of a packed list. */
export function entryCell(packed: PackedDictionary, codes: Int32Array): Cell {
  return fixed(packed.longest, {
    code: (bind) => entryCode(bind, packed, codes),
    write: (_, view, p, i) => writeEntry(view, p, packed, codes[i] as number),
  })
}

/** Fixed text: stores of integer constants when short, else a bound copy. */
export function literalCell(text: string): Cell {
  const packed = packDictionary([text])
  const bytes = packed.entries[0] as Uint8Array
  const code = (bind: Bind): string => {
    if (bytes.length === 0) return ''
    if (bytes.length > 64) return call(bind, writeEntry, bind(packed), '0')
    const padded = new Uint8Array((bytes.length + 3) & ~3)
    padded.set(bytes)
    const words = [...new Uint32Array(padded.buffer)]
    const stores = words.map((word, k) => `d.setUint32(p+${4 * k},${word},true);`)
    return `${stores.join('')}p+=${bytes.length};`
  }
  return fixed(bytes.length, { code, write: (_, view, p) => writeEntry(view, p, packed, 0) })
}

/** Fixed text as literalCell writes it, by code that is the same for all texts of about its length. */
export function sharedLiteralCell(text: string): Cell {
  const packed = packDictionary([text])
  const { words, longest } = packed
  const code = (bind: Bind): string => {
    if (!words) return call(bind, writeEntry, bind(packed), '0')
    const data = bind(words.data)
    const copies = Array.from(words.data, (_, k) => `d.setFloat64(p+${8 * k},${data}[${k}],true);`)
    return `${copies.join('')}p+=${bind(longest)};`
  }
  return fixed(longest, { code, write: (_, view, p) => writeEntry(view, p, packed, 0) })
}

/** One after the other. */
export function joined(cells: readonly Cell[]): Cell {
  return {
    code: (bind) => cells.map((cell) => cell.code(bind)).join(''),
    write: (memory, view, p, i) => {
      let at = p
      for (const cell of cells) at = cell.write(memory, view, at, i)
      return at
    },
    bound: (n) => cells.reduce((sum, cell) => sum + cell.bound(n), 0),
    widest: (n) => cells.reduce((sum, cell) => sum + cell.widest(n), 0),
  }
}

/** In the dialect's quotes. */
export function quoted(cell: Cell, dialect: Dialect): Cell {
  return dialect.quote === ''
    ? cell
    : joined([literalCell(dialect.quote), cell, literalCell(dialect.quote)])
}
