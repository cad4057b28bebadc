// Plug-ins in WebAssembly: a metered module, called once a row and put back behind each, so that no row sees another.

import type { Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import {
  type CompiledModule,
  type WasmFunction,
  type WasmGlobal,
  type WasmMemory,
  wasmHost,
} from '#engine/wasm/host.ts'
import { rowRandom } from './row-random.ts'
import type { SandboxBatch } from './sandbox.ts'
import { HIDDEN, meterModule, SLOTS_MAX, STEPS_MAX } from './wasm-meter.ts'
import {
  type FunctionType,
  readModule,
  refuse,
  VALUE_TYPES,
  type WasmModule,
} from './wasm-module.ts'

const PREFIX = 'data:application/wasm;base64,'
const { i32, i64, f64 } = VALUE_TYPES
const NAMES = new Map<number, string>(
  Object.entries(VALUE_TYPES).map(([name, type]) => [type, name]),
)

/** How a value goes in or comes out: numbers and truths by the function's types, texts as UTF-8 in memory. */
export type Passed = 'number' | 'bool' | 'text'

/** What a rule asks of a function: arguments in their order, and the result. */
export type Asked = { name: string; passed: readonly Passed[]; result: Passed }

/** Whether a plug-in's source is a module, written as a data URL. */
export const isWasm = (source: string): boolean => source.startsWith(PREFIX)

/** The module's bytes, white space in the base64 passed over; what is no base64 gives bytes that are no module. */
export const wasmBytes = (source: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(source.slice(PREFIX.length), 'base64'))

/** What a plug-in declares. AppError `unsupported` for a module that plug-ins cannot be. */
export function readWasm(source: string): WasmModule {
  const module = readModule(wasmBytes(source))
  meterModule(module)
  return module
}

const typeOf = (
  { exported, functions, types }: WasmModule,
  name: string,
): FunctionType | undefined => types[functions[exported.get(name) ?? -1] ?? -1]

const listed = (types: readonly number[]) => types.map((type) => NAMES.get(type)).join(', ')

/** Whether types are those; null stands for any number. */
const sameTypes = (types: readonly number[], wanted: readonly (number | null)[]): boolean =>
  types.length === wanted.length && wanted.every((type, i) => type === null || type === types[i])

/** Why a module cannot answer a rule; null where it can. */
export function wasmFault(module: WasmModule, { name, passed, result }: Asked): string | null {
  const type = typeOf(module, name)
  if (type === undefined) return `exports no function ${name}`
  const given = passed.flatMap((one) => (one === 'text' ? [i32, i32] : [null]))
  if (!sameTypes(type.parameters, given)) {
    const wanted = passed.map((one) => (one === 'text' ? 'i32, i32 of a text' : 'a number'))
    return `has a function ${name} that takes (${listed(type.parameters)}), and the rule gives (${wanted.join(', ')})`
  }
  const made = result === 'text' ? i64 : result === 'bool' ? i32 : null
  if (!sameTypes(type.results, [made])) {
    const wanted = made === null ? 'one number' : `one ${NAMES.get(made)}`
    return `has a function ${name} that returns (${listed(type.results)}), and a column of this type needs ${wanted}`
  }
  const alloc = typeOf(module, 'alloc')
  const allocates = alloc && sameTypes(alloc.parameters, [i32]) && sameTypes(alloc.results, [i32])
  if (passed.includes('text') && !(allocates && module.memory))
    return `has a function ${name} that takes a text, and no memory or no function alloc(i32) -> i32`
  return result === 'text' && !module.memory
    ? `has no memory that ${name} could return a text in`
    : null
}

/** An instance that has run nothing but its start function, and the way back to that. */
type Opened = {
  call: WasmFunction
  alloc: WasmFunction | null
  memory: WasmMemory | null
  fuel: WasmGlobal
  depth: WasmGlobal
  /** False where the memory has grown: then it takes a new instance. */
  putBack(): boolean
}

/** What the imports answer for the row that is made. */
type Row = { number: number; random: () => number }

function open(module: CompiledModule, name: string, row: Row): Opened {
  const imports = { random: () => row.random(), row: () => BigInt(row.number) }
  const { exports } = new wasmHost.Instance(module, { syndata: imports })
  const memory = (exports[HIDDEN.memory] as WasmMemory | undefined) ?? null
  const view = memory && new Uint8Array(memory.buffer)
  const before = view?.slice()
  const globals = Object.entries(exports)
    .filter(([key]) => key.startsWith(HIDDEN.global))
    .map(([, global]) => global as WasmGlobal)
  const values = globals.map((global) => global.value)
  return {
    call: exports[name] as WasmFunction,
    alloc: (exports['alloc'] as WasmFunction | undefined) ?? null,
    memory,
    fuel: exports[HIDDEN.fuel] as WasmGlobal,
    depth: exports[HIDDEN.depth] as WasmGlobal,
    putBack() {
      if (memory?.buffer.byteLength !== before?.length) return false
      if (view && before) view.set(before)
      for (const [i, global] of globals.entries()) global.value = values[i]
      return true
    },
  }
}

/** A value for each row of a batch, whose columns are the arguments in their order. */
type WasmCall = (batch: Pick<SandboxBatch, 'rows' | 'words' | 'columns'>) => Scalar[]

/**
 * The function of a plug-in, ready to be called. Where an argument is null so is the value, without a call. AppError
 * `unsupported` as readWasm and wasmFault; the call's is `generation_failed`: a trap, too many steps, a value that does not fit.
 */
export function wasmCall(source: string, asked: Asked): WasmCall {
  const read = readModule(wasmBytes(source))
  const fault = wasmFault(read, asked)
  if (fault !== null) refuse(`it ${fault}`)
  const type = typeOf(read, asked.name) ?? { parameters: [], results: [] }
  const module = new wasmHost.Module(meterModule(read))
  const row: Row = { number: 0, random: () => 0 }
  let opened: Opened | null = null
  const made = (given: readonly Scalar[]): Scalar => {
    if (given.includes(null)) return null
    opened ??= open(module, asked.name, row)
    opened.fuel.value = STEPS_MAX
    opened.depth.value = SLOTS_MAX
    const value = callWith(opened, given, type, asked.result)
    if (!opened.putBack()) opened = null
    return value
  }
  return ({ rows, words, columns }) =>
    rows.map((number, i) => {
      row.number = number
      row.random = rowRandom(words, 4 * i)
      try {
        return made(columns.map((column) => column[i] ?? null))
      } catch (error) {
        const message = `plug-in function ${asked.name}: row ${number}: ${reasonOf(error, opened)}`
        opened = null
        throw new AppError('generation_failed', message)
      }
    })
}

function reasonOf(error: unknown, opened: Opened | null): string {
  if (opened && Number(opened.fuel.value) < 0) return 'it takes too many steps'
  if (opened && Number(opened.depth.value) < 0) return 'its calls are too deep'
  return error instanceof Error ? error.message.slice(0, 300) : 'failed'
}

function callWith(
  opened: Opened,
  given: readonly Scalar[],
  type: FunctionType,
  result: Passed,
): Scalar {
  const values: (number | bigint)[] = []
  for (const value of given) {
    if (typeof value === 'string') values.push(...placed(value, opened))
    else values.push(numberFor(Number(value), type.parameters[values.length] ?? f64))
  }
  const made = opened.call(...values)
  if (result === 'bool') return made !== 0
  if (result === 'text') return textOf(BigInt(made ?? -1), opened.memory)
  const number = Number(made)
  if (Number.isNaN(number)) return null
  if (Number.isFinite(number)) return number
  throw new Error(`returned ${number}`)
}

/** Address and length of a text that was put into the memory. */
function placed(text: string, { alloc, memory }: Opened): [number, number] {
  const bytes = new TextEncoder().encode(text)
  const at = Number(alloc?.(bytes.length)) >>> 0
  if (memory === null || at + bytes.length > memory.buffer.byteLength)
    throw new Error(`alloc(${bytes.length}) returned ${at}, which is outside of the memory`)
  new Uint8Array(memory.buffer).set(bytes, at)
  return [at, bytes.length]
}

/** A whole number of 32 or 64 bits must be one. */
function numberFor(value: number, type: number): number | bigint {
  if (type !== i32 && type !== i64) return value
  const limit = type === i32 ? 2 ** 31 : 2 ** 63
  if (Number.isInteger(value) && value >= -limit && value < limit)
    return type === i32 ? value : BigInt(value)
  throw new Error(`${value} is no whole number of ${NAMES.get(type)}, which the function takes`)
}

/** The text whose address and length are the upper and lower 32 bits; null for -1. */
function textOf(packed: bigint, memory: WasmMemory | null): string | null {
  if (packed === -1n) return null
  const at = Number((packed >> 32n) & 0xffff_ffffn)
  const length = Number(packed & 0xffff_ffffn)
  const size = memory?.buffer.byteLength ?? 0
  if (at + length > size)
    throw new Error(`the text at ${at} of ${length} bytes is outside of the memory`)
  const bytes = new Uint8Array(memory?.buffer ?? new ArrayBuffer(0), at, length)
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}
