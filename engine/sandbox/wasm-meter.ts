// A plug-in's module with bounds of its own in it: steps, depth of calls, memory. Nothing of the host decides when
// it stops.

import { signed, unsigned } from '#engine/wasm/assembler.ts'
import { chargeBytesBody, type Meter, rewriteFunction } from './wasm-code.ts'
import { SECTION, VALUE_TYPES, type WasmModule } from './wasm-module.ts'
import { createReader } from './wasm-reader.ts'

/** Steps of one row, as the source counts them, and slots of eight bytes that calls may take on the stack. */
export const STEPS_MAX = 1_000_000
export const SLOTS_MAX = 32_768

/** Names under which the host finds what it sets; `global` and an index: globals that the plug-in may change. */
export const HIDDEN = { memory: '~memory', fuel: '~fuel', depth: '~depth', global: '~global' }

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
/** As sections follow each other; `dataCount` stands before the code. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11]

/** Bytes of the metered module. AppError `unsupported` for instructions that plug-ins cannot have. */
export function meterModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const { functions, globals } = module
  const fuel = globals.length
  const meter: Meter = { fuel, depth: fuel + 1, chargeBytes: functions.length }
  const changed = new Map<number, number[]>([
    [SECTION.type, appended(module, SECTION.type, [chargeType()])],
    [SECTION.function, appended(module, SECTION.function, [unsigned(module.types.length)])],
    [SECTION.global, appended(module, SECTION.global, [STEPS_MAX, SLOTS_MAX].map(counter))],
    [SECTION.export, appended(module, SECTION.export, exportsOf(module, meter))],
    [SECTION.code, codeOf(module, meter)],
  ])
  if (module.memory) {
    const { min, max } = module.memory
    changed.set(SECTION.memory, [1, 1, ...unsigned(min), ...unsigned(max)])
  }
  const parts: Uint8Array[] = [Uint8Array.from(MAGIC)]
  for (const id of ORDER) {
    const own = changed.get(id)
    const payload = own ? Uint8Array.from(own) : module.sections.get(id)
    if (payload) parts.push(Uint8Array.from([id, ...unsigned(payload.length)]), payload)
  }
  return new Uint8Array(Buffer.concat(parts))
}

const chargeType = () => [0x60, 1, VALUE_TYPES.i32, 1, VALUE_TYPES.i32]
const counter = (start: number) => [VALUE_TYPES.i32, 1, 0x41, ...signed(start), 0x0b]

/** A section that is a list, with more entries behind its own. */
function appended({ sections }: WasmModule, id: number, more: readonly number[][]): number[] {
  const payload = sections.get(id) ?? Uint8Array.of(0)
  const reader = createReader(payload)
  const count = reader.unsigned()
  const own = Array.from(payload.subarray(reader.at()))
  return unsigned(count + more.length).concat(own, more.flat())
}

function exportsOf({ globals, memory }: WasmModule, { fuel, depth }: Meter): number[][] {
  const named = (name: string, kind: number, index: number) => {
    const bytes = Array.from(new TextEncoder().encode(name))
    return [...unsigned(bytes.length), ...bytes, kind, ...unsigned(index)]
  }
  const mutable = globals.flatMap(({ mutable: changes }, i) =>
    changes ? [named(`${HIDDEN.global}${i}`, 3, i)] : [],
  )
  const counters = [named(HIDDEN.fuel, 3, fuel), named(HIDDEN.depth, 3, depth)]
  return [...(memory ? [named(HIDDEN.memory, 2, 0)] : []), ...counters, ...mutable]
}

function codeOf(module: WasmModule, meter: Meter): number[] {
  const { sections, functions, imports, types } = module
  const reader = createReader(sections.get(SECTION.code) ?? Uint8Array.of(0))
  let index = imports
  const entries = reader.list(() => {
    const entry = reader.take(reader.unsigned())
    const type = types[functions[index++] ?? 0] ?? { parameters: [], results: [] }
    return rewriteFunction(entry, type, meter)
  })
  entries.push(chargeBytesBody(meter))
  return [
    unsigned(entries.length),
    ...entries.map((entry) => [unsigned(entry.length), entry].flat()),
  ].flat()
}
