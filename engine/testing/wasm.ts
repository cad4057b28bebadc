// Modules of WebAssembly for tests of plug-ins, put together from bytes.

import { unsigned } from '#engine/wasm/assembler.ts'

const VALUES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const

type Value = keyof typeof VALUES

type WasmFunctionSource = {
  name: string
  takes: readonly Value[]
  gives: readonly Value[]
  locals?: readonly Value[]
  /** Without the closing end. */
  code: readonly number[]
}

export type WasmSource = {
  /** From `syndata`, unless the name has a dot. Imports come first in the numbers of functions. */
  imports?: readonly { name: string; gives: Value }[]
  functions: readonly WasmFunctionSource[]
  /** Limits as they are written: flags, least, most. */
  memory?: readonly number[]
  /** Whole sections, by number, in place of or beside those made here. */
  more?: Readonly<Record<number, readonly number[]>>
}

const text = (value: string) => [...unsigned(value.length), ...Buffer.from(value)]
const types = (values: readonly Value[]) => [
  ...unsigned(values.length),
  ...values.map((one) => VALUES[one]),
]
const list = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()]

/** The module's bytes; every function is exported under its name. */
export function wasmModule({
  imports = [],
  functions,
  memory,
  more = {},
}: WasmSource): Uint8Array<ArrayBuffer> {
  const imported = imports.map(({ name, gives }, i) => {
    const [from = '', field = ''] = name.includes('.') ? name.split('.') : ['syndata', name]
    return { type: [0x60, 0, 1, VALUES[gives]], entry: [...text(from), ...text(field), 0, i] }
  })
  const first = imports.length
  const sections: Record<number, readonly number[]> = {
    1: list([
      ...imported.map(({ type }) => type),
      ...functions.map(({ takes, gives }) => [0x60, ...types(takes), ...types(gives)]),
    ]),
    ...(first > 0 ? { 2: list(imported.map(({ entry }) => entry)) } : {}),
    3: list(functions.map((_, i) => unsigned(first + i))),
    ...(memory ? { 5: [1, ...memory] } : {}),
    7: list(functions.map(({ name }, i) => [...text(name), 0, ...unsigned(first + i)])),
    10: list(functions.map(bodyOf)),
    ...more,
  }
  const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
    const payload = sections[id]
    if (payload) bytes.push(id, ...unsigned(payload.length), ...payload)
  }
  return Uint8Array.from(bytes)
}

function bodyOf({ locals = [], code }: WasmFunctionSource): number[] {
  const body = [...list(locals.map((one) => [1, VALUES[one]])), ...code, 0x0b]
  return [...unsigned(body.length), ...body]
}

/** The module as a config writes it. */
export const wasmPlugin = (source: WasmSource): string =>
  `data:application/wasm;base64,${Buffer.from(wasmModule(source)).toString('base64')}`
