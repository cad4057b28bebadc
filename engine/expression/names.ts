// What an expression names, without its types: enough to know what has to be made before it.

import { type Node, parseExpression } from './parse.ts'
import { ExpressionError } from './problem.ts'

export type ExpressionNames = {
  /** Bare names: columns of the row, `row` and mistakes. */
  columns: string[]
  /** What stands before a point: `parent`, a table or a column that refers to one. */
  parents: { object: string; property: string }[]
}

function collect(node: Node, into: ExpressionNames): void {
  switch (node.kind) {
    case 'literal':
      return
    case 'name':
      into.columns.push(node.name)
      return
    case 'member':
      into.parents.push({ object: node.object, property: node.property })
      return
    case 'list':
      for (const item of node.items) collect(item, into)
      return
    case 'unary':
      collect(node.operand, into)
      return
    case 'binary':
      collect(node.left, into)
      collect(node.right, into)
      return
    case 'call':
      for (const argument of node.args) collect(argument, into)
      for (const { value } of node.named) collect(value, into)
  }
}

/** In order, with repeats; nothing for a text that cannot be read. */
export function namesInExpression(text: string): ExpressionNames {
  const names: ExpressionNames = { columns: [], parents: [] }
  try {
    collect(parseExpression(text), names)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
  }
  return names
}
