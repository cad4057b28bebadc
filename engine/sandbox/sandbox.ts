// Plug-ins of users run here: JavaScript in QuickJS in WebAssembly, with bounds on memory and steps, without clock,
// network, files or randomness of its own. The same source and rows give the same values on any machine.

import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core'
import type { Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { HARNESS, LOCKDOWN } from './harness.ts'

const MEMORY_BYTES = 16 * 2 ** 20
const STACK_BYTES = 256 * 1024
/** The interpreter asks every 10,000 steps: 50 million steps a batch, some half a second. */
const INTERRUPTS_MAX = 5_000
/** Contexts kept; the one that was not used for longest goes. */
const CONTEXTS_MAX = 16

/** Of a batch: `words` are four 32-bit words a row, `columns` the named columns' values. */
export type SandboxBatch = {
  rows: readonly number[]
  words: Uint32Array<ArrayBuffer>
  names: readonly string[]
  columns: readonly (readonly Scalar[])[]
  /** Any JSON value. */
  parameters: unknown
}

export type Sandbox = {
  /**
   * One value a row by function `name` of `source`. AppError `generation_failed` for what the plug-in does wrong: no such
   * function, an exception, a value that is no scalar, too much memory or too many steps.
   */
  run(source: string, name: string, batch: SandboxBatch): Scalar[]
  /** The same in a context that nothing ran in before. */
  runAfresh(source: string, name: string, batch: SandboxBatch): Scalar[]
}

/** No clock, nothing that depends on tables of the host. */
const INTRINSICS = {
  BaseObjects: true,
  Date: false,
  Eval: true,
  StringNormalize: false,
  RegExp: true,
  RegExpCompiler: true,
  JSON: true,
  Proxy: false,
  MapSet: true,
  TypedArrays: true,
  Promise: true,
} as const

/** Loads the interpreter: some 60 ms, once for as many plug-ins as there are. */
export async function loadSandbox(): Promise<Sandbox> {
  const quickjs = await newQuickJSWASMModuleFromVariant(
    import('@jitl/quickjs-wasmfile-release-sync'),
  )
  const kept = new Map<string, Opened>()
  return {
    run(source, name, batch) {
      const key = `${name}\n${source}`
      const opened = kept.get(key) ?? open(quickjs, source, name)
      kept.delete(key)
      kept.set(key, opened)
      if (kept.size > CONTEXTS_MAX) closeOldest(kept)
      try {
        return opened.call(batch)
      } catch (error) {
        kept.delete(key)
        opened.close()
        throw error
      }
    },
    runAfresh(source, name, batch) {
      const opened = open(quickjs, source, name)
      try {
        return opened.call(batch)
      } finally {
        opened.close()
      }
    },
  }
}

type Opened = { call(batch: SandboxBatch): Scalar[]; close(): void }

function closeOldest(kept: Map<string, Opened>): void {
  const [key, oldest] = kept.entries().next().value ?? []
  if (key === undefined) return
  kept.delete(key)
  oldest?.close()
}

function open(quickjs: QuickJSWASMModule, source: string, name: string): Opened {
  const runtime = quickjs.newRuntime()
  runtime.setMemoryLimit(MEMORY_BYTES)
  runtime.setMaxStackSize(STACK_BYTES)
  const context = runtime.newContext({ intrinsics: INTRINSICS })
  const handles: QuickJSHandle[] = []
  const evaluated = (code: string, file: string): QuickJSHandle => {
    const handle = resultOf(context, name, context.evalCode(code, file))
    handles.push(handle)
    return handle
  }
  const close = () => {
    for (const handle of handles) handle.dispose()
    // What waits for a promise would otherwise outlive its runtime.
    runtime.executePendingJobs().dispose()
    context.dispose()
    runtime.dispose()
  }
  const bounded = createBound(runtime)
  try {
    const { harness, plugin } = bounded(() => {
      const run = evaluated(HARNESS, 'harness.js')
      evaluated(LOCKDOWN, 'lockdown.js')
      evaluated(source, 'plugin.js')
      return {
        harness: run,
        plugin: evaluated(`typeof ${name} === 'function' ? ${name} : null`, 'plugin.js'),
      }
    })
    if (context.typeof(plugin) !== 'function')
      throw failed(name, 'the plug-in has no such function')
    return {
      call: (batch) => bounded(() => call(context, { name, harness, plugin }, batch)),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Runs work with a fresh allowance of steps. */
function createBound(runtime: QuickJSRuntime): <T>(work: () => T) => T {
  let interrupts = 0
  runtime.setInterruptHandler(() => ++interrupts > INTERRUPTS_MAX)
  return (work) => {
    interrupts = 0
    return work()
  }
}

type Callable = { name: string; harness: QuickJSHandle; plugin: QuickJSHandle }

function call(
  context: QuickJSContext,
  { name, harness, plugin }: Callable,
  batch: SandboxBatch,
): Scalar[] {
  const { words, ...rest } = batch
  const text = context.newString(JSON.stringify(rest))
  const buffer = context.newArrayBuffer(words.slice().buffer)
  try {
    const result = context.callFunction(harness, context.undefined, plugin, text, buffer)
    const answer = resultOf(context, name, result)
    const parsed = JSON.parse(context.getString(answer)) as
      | Scalar[]
      | { row: number; error: string }
    answer.dispose()
    if (Array.isArray(parsed)) return parsed
    throw failed(name, `row ${parsed.row}: ${parsed.error}`)
  } finally {
    text.dispose()
    buffer.dispose()
  }
}

type Result = ReturnType<QuickJSContext['evalCode']>

function resultOf(context: QuickJSContext, name: string, result: Result): QuickJSHandle {
  if (!result.error) return result.value
  const thrown = context.dump(result.error) as { name?: string; message?: string } | string
  result.error.dispose()
  const message = typeof thrown === 'string' ? thrown : (thrown.message ?? 'failed')
  throw failed(name, message === 'interrupted' ? 'it takes too many steps' : message)
}

const MESSAGE_MAX = 300

const failed = (name: string, message: string): AppError =>
  new AppError('generation_failed', `plug-in function ${name}: ${message.slice(0, MESSAGE_MAX)}`)
