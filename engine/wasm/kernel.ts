// A kernel: one function over one memory, assembled from source here in the engine. Loops that take half the time or
// less as one have theirs, and the same in JavaScript for hosts that cannot run it.

import { type CompiledModule, wasmHost } from './host.ts'

export type WasmKernel<Run> = { memory: { readonly buffer: ArrayBuffer }; run: Run }

/** Throws where the host has no WebAssembly, or none of the instructions that the code has. */
export function compileKernel(code: Uint8Array<ArrayBuffer>): CompiledModule {
  return new wasmHost.Module(code)
}

/** `Run` is the type of the module's function. Null where `compile` throws: the same is then done in JavaScript. */
export function instantiateKernel<Run>(compile: () => CompiledModule): WasmKernel<Run> | null {
  try {
    const { exports } = new wasmHost.Instance(compile(), {})
    return exports as object as WasmKernel<Run>
  } catch {
    return null
  }
}
