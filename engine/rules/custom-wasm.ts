// custom, by a plug-in in WebAssembly: parameters, then columns, are the arguments of its function.

import type { ColumnType, Scalar } from '#engine/config/types.ts'
import type { Rows } from '#engine/rows.ts'
import { type Asked, type Passed, wasmCall } from '#engine/sandbox/wasm-plugin.ts'
import type { RuleContext, RuleOf } from './kernel.ts'
import { batchOf, interleaved } from './plugin-batch.ts'
import type { Vector } from './vector.ts'

const NUMBERS = ['int', 'float', 'decimal', 'bool']

const passedAs = (isText: boolean): Passed => (isText ? 'text' : 'number')

/** What a rule of a column of this type asks of its function; `texts`: which of the columns it reads are passed as text. */
export function askedOf(
  name: string,
  parameters: readonly Scalar[],
  texts: readonly boolean[],
  type: ColumnType,
): Asked {
  const given = parameters.map((one) => passedAs(typeof one === 'string'))
  const result = type === 'str' ? 'text' : type === 'bool' ? 'bool' : 'number'
  return { name, passed: [...given, ...texts.map(passedAs)], result }
}

/** A value for each row. AppError `unsupported` for a module that cannot be run or does not fit the rule. */
export function wasmRows(
  source: string,
  rule: RuleOf<'custom'>,
  context: RuleContext,
): (rows: Rows) => Scalar[] {
  const { random, stream, column } = context
  const inputs = rule.from.map((name) => context.vector(name))
  const parameters = Array.isArray(rule.parameters) ? (rule.parameters as Scalar[]) : []
  const asked = askedOf(rule.function, parameters, inputs.map(isText), column.type)
  const call = wasmCall(source, asked)
  return (rows) => {
    const words = interleaved(random.words(rows, stream, 0), rows.n)
    const batch = batchOf(rows, inputs)
    const constants = parameters.map((value) => new Array<Scalar>(rows.n).fill(value))
    return call({ words, rows: batch.rows, columns: [...constants, ...batch.columns] })
  }
}

const isText = (vector: Vector): boolean =>
  vector.kind !== 'number' || vector.shown !== undefined || !NUMBERS.includes(vector.type)
