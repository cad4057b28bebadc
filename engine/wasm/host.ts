// What is used of the host's WebAssembly, which the language's own types leave out.

export type WasmGlobal = { value: unknown }
export type WasmMemory = { readonly buffer: ArrayBuffer }
export type WasmFunction = (...values: (number | bigint)[]) => number | bigint | undefined
export type CompiledModule = object

type Imports = Record<string, Record<string, () => number | bigint>>

type Host = {
  validate(bytes: Uint8Array<ArrayBuffer>): boolean
  Module: new (bytes: Uint8Array<ArrayBuffer>) => CompiledModule
  Instance: new (
    module: CompiledModule,
    imports: Imports,
  ) => { exports: Record<string, WasmFunction | WasmGlobal | WasmMemory | undefined> }
}

/** Of every runtime that the engine runs on. */
export const wasmHost = (globalThis as unknown as { WebAssembly: Host }).WebAssembly
