// custom: a plug-in's function, called for each row in the sandbox. Values are checked against the column's type, and
// a function that remembers something from row to row is found out: its rows would depend on how chunks are cut.

import type { Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { roundHalfAway, roundTo, scaledOf } from '#engine/math/decimal.ts'
import type { Rows } from '#engine/rows.ts'
import { pluginOf } from '#engine/sandbox/plugin-of.ts'
import type { SandboxBatch } from '#engine/sandbox/sandbox.ts'
import { isWasm } from '#engine/sandbox/wasm-plugin.ts'
import { wasmRows } from './custom-wasm.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { batchOf, interleaved } from './plugin-batch.ts'
import { numberVector } from './vector.ts'

export function compileCustom(rule: RuleOf<'custom'>, context: RuleContext): Kernel {
  const call = createCall(rule, context)
  const { type } = context.column
  if (type === 'str') return textKernelOf(call, context)
  const decimals = type === 'int' || type === 'bool' ? 0 : (rule.decimals ?? 0)
  const number = numberVector(type as 'int', type === 'decimal' ? decimals : 0, context.capacity)
  const nulls = new Uint8Array(context.capacity)
  const vector = { ...number, nulls }
  return {
    vector,
    fill(rows) {
      const values = call(rows)
      for (let i = 0; i < rows.n; i++) {
        const value = values[i] ?? null
        nulls[i] = value === null ? 1 : 0
        vector.values[i] = value === null ? 0 : numberOf(value, rule, context, rows.index[i])
      }
    },
  }
}

function textKernelOf(call: (rows: Rows) => Scalar[], { capacity }: RuleContext): Kernel {
  const nulls = new Uint8Array(capacity)
  const texts = new Array<string>(capacity).fill('')
  return {
    vector: { kind: 'text', values: texts, nulls },
    fill(rows) {
      const values = call(rows)
      for (let i = 0; i < rows.n; i++) {
        const value = values[i] ?? null
        nulls[i] = value === null ? 1 : 0
        texts[i] = value === null ? '' : String(value)
      }
    },
  }
}

function createCall(rule: RuleOf<'custom'>, context: RuleContext): (rows: Rows) => Scalar[] {
  const { sandbox, plugins, random, stream, column } = context
  const source = pluginOf(plugins, rule.plugin)
  if (source !== null && isWasm(source)) return wasmRows(source, rule, context)
  if (sandbox === null || source === null) {
    const message = sandbox ? `no plug-in ${rule.plugin}` : 'plug-ins need the sandbox option'
    throw new AppError('unsupported', `column ${column.name}: ${message}`)
  }
  const inputs = rule.from.map((name) => context.vector(name))
  return (rows) => {
    const words = interleaved(random.words(rows, stream, 0), rows.n)
    const { function: names, parameters } = rule
    const batch = { ...batchOf(rows, inputs), words, names: rule.from, parameters }
    const values = sandbox.run(source, names, batch)
    const last = sandbox.runAfresh(source, names, lastOf(batch))[0]
    if (last === values.at(-1)) return values
    const message = `plug-in function ${names}: row ${batch.rows.at(-1)} is ${JSON.stringify(values.at(-1))} after other rows and ${JSON.stringify(last)} alone: it must keep nothing from row to row`
    throw new AppError('generation_failed', message)
  }
}

function lastOf(batch: SandboxBatch): SandboxBatch {
  const at = batch.rows.length - 1
  return {
    ...batch,
    rows: batch.rows.slice(at),
    words: batch.words.slice(4 * at),
    columns: batch.columns.map((column) => column.slice(at)),
  }
}

/** The number that the column's vector holds. AppError `generation_failed` for a value of another type. */
function numberOf(
  value: string | number | boolean,
  rule: RuleOf<'custom'>,
  { column: { name, type } }: RuleContext,
  row: number | undefined,
): number {
  if (type === 'bool' && typeof value === 'boolean') return value ? 1 : 0
  if (type !== 'bool' && typeof value === 'number') {
    const { decimals } = rule
    if (type === 'float') return decimals === null ? value : roundTo(value, decimals)
    const scaled = type === 'decimal' ? scaledOf(value, decimals ?? 0) : roundHalfAway(value)
    if (Number.isSafeInteger(scaled)) return scaled
  }
  const message = `plug-in function ${rule.function}: row ${row}: ${JSON.stringify(value)} is not ${type === 'bool' ? 'a boolean' : 'a number within the column'}, as column ${name} is ${type}`
  throw new AppError('generation_failed', message)
}
