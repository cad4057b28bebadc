// What a plug-in in WebAssembly declares, and the refusal of whatever could make it differ from run to run, or grow
// without bound: shared memory, tables that change, more than one memory, imports other than ours.

import { AppError } from '#engine/errors.ts'
import { wasmHost } from '#engine/wasm/host.ts'
import { createReader, type Reader } from './wasm-reader.ts'

export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const

/** Sections by their number in the specification. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const

/** In 64 KiB: what a plug-in may start with, which is put back after every row, and what it may grow to. */
const START_PAGES_MAX = 32
const PAGES_MAX = 256
const TABLE_MAX = 10_000
const GLOBALS_MAX = 100

/** What a plug-in may import from `syndata`: a draw of its row from 0 to 1, and the number of the row. */
const IMPORTS: Readonly<Record<string, { results: number }>> = {
  random: { results: VALUE_TYPES.f64 },
  row: { results: VALUE_TYPES.i64 },
}

export type FunctionType = { parameters: readonly number[]; results: readonly number[] }

export type WasmModule = {
  /** Payloads by section number; custom sections are left out. */
  sections: ReadonlyMap<number, Uint8Array>
  types: readonly FunctionType[]
  /** Type index of each function, imported ones first. */
  functions: readonly number[]
  imports: number
  globals: readonly { mutable: boolean }[]
  /** Least and most pages; null: no memory. */
  memory: { min: number; max: number } | null
  /** Exported functions: index by name. */
  exported: ReadonlyMap<string, number>
}

/** AppError `unsupported` that says what a plug-in cannot have. */
export function refuse(message: string): never {
  throw new AppError('unsupported', message)
}

/** AppError `unsupported` for bytes that are no valid module or one that plug-ins cannot be. */
export function readModule(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  if (!wasmHost.validate(bytes)) refuse('the bytes are no valid WebAssembly module')
  const sections = readSections(bytes)
  const read = <T>(id: number, item: (reader: Reader) => T): T[] => {
    const payload = sections.get(id)
    if (payload === undefined) return []
    const reader = createReader(payload)
    return reader.list(() => item(reader))
  }
  const types = read(SECTION.type, readType)
  const imported = read(SECTION.import, (reader) => readImport(reader, types))
  const entries = read(SECTION.table, readTable).reduce((sum, entry) => sum + entry, 0)
  if (entries > TABLE_MAX)
    refuse(`its table has ${entries} entries: at most ${TABLE_MAX} are possible`)
  const memories = read(SECTION.memory, readMemory)
  if (memories.length > 1) refuse('it has several memories')
  const globals = read(SECTION.global, readGlobal)
  if (globals.filter(({ mutable }) => mutable).length > GLOBALS_MAX)
    refuse(`it has more than ${GLOBALS_MAX} globals that change`)
  const exports = read(SECTION.export, readExport).filter(({ kind }) => kind === 0)
  return {
    sections,
    types,
    functions: [...imported, ...read(SECTION.function, (reader) => reader.unsigned())],
    imports: imported.length,
    globals,
    memory: memories[0] ?? null,
    exported: new Map(exports.map(({ name, index }) => [name, index])),
  }
}

function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  const reader = createReader(bytes, 8)
  const sections = new Map<number, Uint8Array>()
  while (!reader.done()) {
    const id = reader.byte()
    const payload = reader.take(reader.unsigned())
    if (id > SECTION.dataCount) refuse('it has exceptions or other sections of a later proposal')
    if (id !== SECTION.custom) sections.set(id, payload)
  }
  return sections
}

function readType(reader: Reader): FunctionType {
  if (reader.byte() !== 0x60) refuse('it has types of garbage collection')
  const values = () => reader.list(() => valueType(reader.byte()))
  return { parameters: values(), results: values() }
}

function valueType(type: number): number {
  const known = Object.values(VALUE_TYPES).some((one) => one === type)
  return known ? type : refuse('it has values that are no i32, i64, f32 or f64')
}

/** The type index of the imported function. */
function readImport(reader: Reader, types: readonly FunctionType[]): number {
  const from = reader.text()
  const name = reader.text()
  const kind = reader.byte()
  const index = kind === 0 ? reader.unsigned() : -1
  const known = from === 'syndata' && Object.hasOwn(IMPORTS, name) ? IMPORTS[name] : undefined
  const type = types[index]
  const fits = type?.parameters.length === 0 && type.results[0] === known?.results
  if (known !== undefined && fits && type.results.length === 1) return index
  const own = 'syndata.random, () -> f64, and syndata.row, () -> i64'
  return refuse(`it imports ${from.slice(0, 60)}.${name.slice(0, 60)}: it may import only ${own}`)
}

/** Its least number of entries; nothing that would let it grow is let through. */
function readTable(reader: Reader): number {
  if (reader.byte() !== 0x70) refuse('it has a table of something else than functions')
  const flags = reader.byte()
  if (flags > 1) refuse('its table is shared or of 64 bits')
  const min = reader.unsigned()
  if (flags === 1) reader.skipLeb()
  return min
}

function readMemory(reader: Reader): { min: number; max: number } {
  const flags = reader.byte()
  if (flags > 1) refuse('its memory is shared or of 64 bits')
  const min = reader.unsigned()
  const max = flags === 1 ? reader.unsigned() : PAGES_MAX
  if (min > START_PAGES_MAX)
    refuse(`its memory starts with ${min} pages of 64 KiB: at most ${START_PAGES_MAX} are possible`)
  return { min, max: Math.min(max, PAGES_MAX) }
}

function readGlobal(reader: Reader): { mutable: boolean } {
  valueType(reader.byte())
  const mutable = reader.byte() === 1
  for (let op = reader.byte(); op !== 0x0b; op = reader.byte()) {
    if (op === 0x43) reader.skip(4)
    else if (op === 0x44) reader.skip(8)
    else if (op === 0x41 || op === 0x42 || op === 0x23) reader.skipLeb()
  }
  return { mutable }
}

function readExport(reader: Reader): { name: string; kind: number; index: number } {
  return { name: reader.text(), kind: reader.byte(), index: reader.unsigned() }
}
