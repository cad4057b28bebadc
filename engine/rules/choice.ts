// choice, constant and boolean: one of a list of literal values, with equal or given weights.

import type { Scalar } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import { createAlias, fillAlias } from '#engine/random/alias.ts'
import { below, wordThreshold } from '#engine/random/uniform.ts'
import type { Rows } from '#engine/rows.ts'
import { createIndexDraw } from './index-draw.ts'
import type { Kernel, NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { literalNumber, numberTypeOf } from './literal.ts'
import { codeVector, numberVector } from './vector.ts'

type Pick = (codes: Int32Array, rows: Rows) => void

function createPick(rule: RuleOf<'choice'>, context: RuleContext): Pick {
  const { values, weights } = rule
  if (!weights || context.unique) {
    const draw = createIndexDraw(context, values.length)
    return draw
  }
  const table = createAlias(weights)
  return (codes, rows) => {
    const words = context.random.words(rows, context.stream, 0)
    fillAlias(codes, table, words[0], words[1], rows.n)
  }
}

function numberOf(value: Scalar, context: RuleContext): number {
  const type = numberTypeOf(context.column.type) ?? 'float'
  const number = literalNumber(value, type, context.column.scale ?? 0)
  if (number === null && value !== null) {
    throw new AppError(
      'invalid_config',
      `${JSON.stringify(value)} is no ${context.column.type} (column ${context.column.name})`,
    )
  }
  return number ?? 0
}

/** Digits after the point that the values of a float column have at most. */
function floatDecimals(values: readonly Scalar[]): number {
  return values.reduce<number>((most, value) => {
    const [, fraction = ''] = String(value).split('.')
    return Math.max(most, Math.min(fraction.length, 15))
  }, 0)
}

function numbers(values: readonly Scalar[], pick: Pick, context: RuleContext): NumberKernel {
  const { column, capacity } = context
  const type = numberTypeOf(column.type) ?? 'float'
  const scale = type === 'float' ? floatDecimals(values) : (column.scale ?? 0)
  const table = Float64Array.from(values, (value) => numberOf(value, context))
  const empty = Uint8Array.from(values, (value) => (value === null ? 1 : 0))
  const nulls = values.includes(null) ? new Uint8Array(capacity) : null
  const vector = { ...numberVector(type, type === 'int' ? 0 : scale, capacity), nulls }
  const codes = new Int32Array(capacity)
  return {
    vector,
    fill(rows) {
      pick(codes, rows)
      for (let i = 0; i < rows.n; i++) vector.values[i] = table[codes[i] as number] as number
      if (nulls) for (let i = 0; i < rows.n; i++) nulls[i] = empty[codes[i] as number] as number
    },
  }
}

function texts(values: readonly Scalar[], pick: Pick, context: RuleContext): Kernel {
  const dictionary = values.map((value) => (value === null ? '' : String(value)))
  const nulls = values.includes(null) ? new Uint8Array(context.capacity) : null
  const vector = { ...codeVector(dictionary, context.capacity), nulls }
  return {
    vector,
    fill(rows) {
      pick(vector.codes, rows)
      if (!nulls) return
      for (let i = 0; i < rows.n; i++) {
        nulls[i] = values[vector.codes[i] as number] === null ? 1 : 0
      }
    },
  }
}

function chosen(values: readonly Scalar[], pick: Pick, context: RuleContext): Kernel {
  const make = numberTypeOf(context.column.type) === null ? texts : numbers
  return make(values, pick, context)
}

export function compileChoice(rule: RuleOf<'choice'>, context: RuleContext): Kernel {
  return chosen(rule.values, createPick(rule, context), context)
}

export function compileConstant(rule: RuleOf<'constant'>, context: RuleContext): Kernel {
  return chosen([rule.value], (codes) => codes.fill(0), context)
}

export function compileBoolean(rule: RuleOf<'boolean'>, context: RuleContext): NumberKernel {
  const vector = numberVector('bool', 0, context.capacity)
  const threshold = wordThreshold(rule.probability)
  return {
    vector,
    fill(rows) {
      const [word] = context.random.words(rows, context.stream, 0)
      const { values } = vector
      for (let i = 0; i < rows.n; i++) values[i] = below(word[i] as number, threshold)
    },
  }
}
