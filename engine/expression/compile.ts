// Expressions: checked against a table's columns, and compiled into kernels over whole batches of rows.

import type { ColumnType } from '#engine/config/types.ts'
import { AppError } from '#engine/errors.ts'
import type { ColumnRef, Kernel, RuleContext } from '#engine/rules/kernel.ts'
import { analyse, type Names } from './analyse.ts'
import { nullOf } from './choose.ts'
import { roundedTo } from './numbers.ts'
import { parseExpression } from './parse.ts'
import { ExpressionError, type ExpressionProblem } from './problem.ts'
import { asNumbers, isNumeric, kindOfColumn, type Typed, type ValueKind } from './typed.ts'

function typedOf(text: string, columns: readonly ColumnRef[], more: Omit<Names, 'columns'>): Typed {
  const byName = new Map(columns.map((column) => [column.name, column]))
  return analyse(parseExpression(text), { columns: byName, ...more })
}

/** Whether a column of the wanted kind can hold what an expression gives. */
function fits(kind: ValueKind, wanted: ValueKind): boolean {
  if (kind === wanted || kind === 'null' || wanted === 'str') return true
  if (isNumeric(wanted))
    return isNumeric(kind) || kind === 'bool' || (wanted === 'int' && kind === 'duration')
  if (wanted === 'date' || wanted === 'datetime') return kind === 'date' || kind === 'datetime'
  if (wanted === 'time') return kind === 'datetime' || kind === 'str'
  return wanted === 'bool' && kind === 'int'
}

function checkResult({ kind, uuid }: Typed, result: ColumnType): ExpressionProblem[] {
  if (result === 'uuid' && kind === 'str' && !uuid) {
    const hint = 'Name a uuid column, write a UUID as text, or write type: str'
    return [{ offset: 0, message: 'it gives text that need not be a UUID', hint }]
  }
  if (fits(kind, kindOfColumn(result))) return []
  return [{ offset: 0, message: `it gives ${kind}, ${result} is needed` }]
}

/**
 * What is wrong with an expression over these columns and foreign keys; empty when nothing is. `result` is
 * the type of the column that takes its value, `bool` for a condition; without it any type will do.
 */
export function checkExpression(
  text: string,
  columns: readonly ColumnRef[],
  result?: ColumnType,
  more: Omit<Names, 'columns'> = { parents: [] },
): ExpressionProblem[] {
  try {
    const typed = typedOf(text, columns, more)
    return result === undefined ? [] : checkResult(typed, result)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return [error.problem]
  }
}

/**
 * The kernel of an expression; columns that it names are those of the context. With `decimals` its numbers
 * are rounded to so many digits, halves away from zero, exactly where no double is involved.
 * `result`: the type of the column that takes a value which is null alone. AppError `invalid_config` with the place of
 * the fault.
 */
export function compileExpression(
  text: string,
  decimals: number | null,
  context: RuleContext,
  result?: ColumnType,
): Kernel {
  try {
    let ordinal = 0
    const building = { context, nextOrdinal: () => ordinal++ }
    const typed = typedOf(text, context.columns, { parents: context.parents })
    const kernel = typed.build(building, decimals)
    if (typed.kind === 'null' && result) {
      return nullOf(kernel, kindOfColumn(result), context.capacity)
    }
    if (decimals === null || kernel.vector.kind !== 'number') return kernel
    return roundedTo(asNumbers(kernel), decimals, context.capacity)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { offset, message } = error.problem
    const place = `column ${context.column.name}, expression at character ${offset + 1}`
    throw new AppError('invalid_config', `${place}: ${message}`, { details: { offset } })
  }
}
