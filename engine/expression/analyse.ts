// From tree to typed expression: names are looked up, types checked, nothing evaluated.

import { castScalar } from '#engine/config/cast.ts'
import { nameHint } from '#engine/config/problem.ts'
import type { ColumnRef, ParentRef } from '#engine/rules/kernel.ts'
import { type ArithmeticOperator, arithmetic, negative } from './arithmetic.ts'
import type { CheckLaw } from './draws.ts'
import { callFunction } from './functions.ts'
import { literalKernel } from './literal-kernel.ts'
import { type Comparison, compare, connective, membership, negation } from './logic.ts'
import { derived } from './numbers.ts'
import { parentColumn } from './parent-column.ts'
import type { Node } from './parse.ts'
import { ExpressionError } from './problem.ts'
import { kindOfColumn, type Typed, typed, type ValueKind } from './typed.ts'

/** What an expression may name. */
export type Names = {
  /** Columns of the row. */
  columns: ReadonlyMap<string, ColumnRef>
  /** The foreign keys of its table. */
  parents: readonly ParentRef[]
  /** Looks at the parameters of distributions; left out where that is done. */
  checkLaw?: CheckLaw | undefined
}

const UNCHECKED: CheckLaw = () => null
type Recurse = (node: Node) => Typed

function literalKind(value: string | number | boolean | null): ValueKind {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  return Number.isSafeInteger(value) ? 'int' : 'decimal'
}

function literal(at: number, value: string | number | boolean | null): Typed {
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    throw new ExpressionError(at, 'numbers stay within 2^53')
  }
  const build: Typed['build'] = ({ context }) => literalKernel(value, context.capacity)
  const uuid = typeof value === 'string' && castScalar(value, 'uuid') === value
  return { at, kind: literalKind(value), wholeDays: false, literal: value, uuid, build }
}

/** The row's number in its table, from 0. */
function rowNumber(at: number): Typed {
  return typed(at, 'int', ({ context }) => {
    const shape = { type: 'int', scale: 0, nullable: false } as const
    const { vector } = derived(context.capacity, shape, [], () => undefined)
    return { vector, fill: ({ index, n }) => vector.values.set(index.subarray(0, n)) }
  })
}

function named(at: number, name: string, columns: Names['columns']): Typed {
  const column = columns.get(name)
  if (!column) {
    if (name === 'row') return rowNumber(at)
    const hint = nameHint(name, [...columns.keys(), 'row'])
    throw new ExpressionError(at, `no column ${name}`, { hint })
  }
  const build: Typed['build'] = ({ context }) => ({
    vector: context.vector(name),
    fill: () => undefined,
  })
  return { ...typed(at, kindOfColumn(column.type), build), uuid: column.type === 'uuid' }
}

function binary(node: Extract<Node, { kind: 'binary' }>, recurse: Recurse): Typed {
  const { operator, right } = node
  const left = recurse(node.left)
  switch (operator) {
    case 'and':
    case 'or':
      return connective(operator, left, recurse(right))
    case 'in':
    case 'not in': {
      if (right.kind !== 'list') throw new ExpressionError(right.at, '"in" needs a list: [1, 2]')
      const member = membership(left, right.items.map(recurse))
      return operator === 'in' ? member : negation(member)
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator satisfies Comparison, left, recurse(right))
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '**':
      return arithmetic(operator satisfies ArithmeticOperator, left, recurse(right))
  }
}

/** The typed expression of a tree over these names. Throws ExpressionError. */
export function analyse(node: Node, names: Names): Typed {
  const recurse: Recurse = (part) => analyse(part, names)
  switch (node.kind) {
    case 'literal':
      return literal(node.at, node.value)
    case 'name':
      return named(node.at, node.name, names.columns)
    case 'member':
      return parentColumn(node.at, node.object, node.property, names.parents)
    case 'list':
      throw new ExpressionError(node.at, 'a list only goes after "in"')
    case 'unary': {
      const operand = recurse(node.operand)
      return node.operator === '-' ? negative(operand) : negation(operand)
    }
    case 'binary':
      return binary(node, recurse)
    case 'call': {
      const parts = node.named.map(({ name, value }) => ({ name, value: recurse(value) }))
      const args = node.args.map(recurse)
      return callFunction(node.at, node.name, args, parts, names.checkLaw ?? UNCHECKED)
    }
  }
}
