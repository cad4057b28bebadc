// What cells are made of: fixed text, entries of lists, and one cell behind the other.

import type { Bind } from './bind.ts'
import type { Dialect } from './dialect.ts'
import {
  type PackedDictionary,
  packDictionary,
  UNROLLED_WORDS,
  writeEntry,
} from './packed-dictionary.ts'

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
  /**
   * Cells that write the same one behind the other, whose code is alike for all columns of a kind. None where the cell is
   * like that itself.
   */
  readonly steps?: readonly Cell[]
  /** Fixed text of one word. */
  readonly isWord?: true
}

/** The steps of a cell, or the cell. */
export const stepsOf = (cell: Cell): readonly Cell[] => cell.steps ?? [cell]

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
  const [words, lengths] = [bind(data), bind(packed.lengths)]
  const entry = `const y=${bind(codes)}[i],`
  if (stride > UNROLLED_WORDS) {
    const copy = `for(let k=y*${bind(stride)};p<z;k++,p+=8)d.setFloat64(p,${words}[k],true);`
    return `{${entry}z=p+${lengths}[y];${copy}p=z}`
  }
  const copies = Array.from(
    { length: stride },
    (_, k) => `d.setFloat64(p+${8 * k},${words}[x+${k}],true);`,
  )
  return `{${entry}x=y*${stride};${copies.join('')}p+=${lengths}[y];}`
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
  const cell = { code, write: writeOnly(packed) }
  const steps = bytes.length === 0 ? [] : [sharedLiteral(packed)]
  return fixed(bytes.length, { ...cell, steps })
}

const writeOnly =
  (packed: PackedDictionary): Cell['write'] =>
  (_, view, p) =>
    writeEntry(view, p, packed, 0)

/** Fixed text by code that is the same for all texts of about its length. */
function sharedLiteral(packed: PackedDictionary): Cell {
  const { words, longest } = packed
  const code = (bind: Bind): string => {
    if (!words || words.stride > UNROLLED_WORDS) return call(bind, writeEntry, bind(packed), '0')
    const data = bind(words.data)
    const copies = Array.from(words.data, (_, k) => `d.setFloat64(p+${8 * k},${data}[${k}],true);`)
    return `${copies.join('')}p+=${bind(longest)};`
  }
  const cell = fixed(longest, { code, write: writeOnly(packed) })
  return words?.stride === 1 ? { ...cell, isWord: true } : cell
}

/** One after the other; short text is one step with what stands before it. */
export function joined(cells: readonly Cell[]): Cell {
  const steps: Cell[] = []
  for (const step of cells.flatMap(stepsOf)) {
    const last = steps.at(-1)
    if (last && step.isWord && !last.isWord) steps[steps.length - 1] = sequence([last, step])
    else steps.push(step)
  }
  return { ...sequence(cells), steps }
}

function sequence(cells: readonly Cell[]): Cell {
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

/** One cell where an entry is null, another where it is not. */
export function eitherCell(nulls: Uint8Array, none: Cell, value: Cell): Cell {
  return {
    code: (bind) => `if(${bind(nulls)}[i]===1){${none.code(bind)}}else{${value.code(bind)}}`,
    write: (memory, view, p, i) =>
      nulls[i] === 1 ? none.write(memory, view, p, i) : value.write(memory, view, p, i),
    bound: (n) => none.bound(n) + value.bound(n),
    widest: (n) => Math.max(none.widest(n), value.widest(n)),
  }
}

/** In the dialect's quotes. */
export function quoted(cell: Cell, dialect: Dialect): Cell {
  return dialect.quote === ''
    ? cell
    : joined([literalCell(dialect.quote), cell, literalCell(dialect.quote)])
}
