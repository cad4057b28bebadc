// Text of an expression to a tree of our own. jsep parses; here its operators are chosen, places are noted
// and everything that the language does not have is refused.

import jsep from 'jsep'
import { ExpressionError } from './problem.ts'

/** `at` is the offset of the node's first character, as near as the parser knows it. */
export type Node = { at: number } & (
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'name'; name: string }
  | { kind: 'member'; object: string; property: string }
  | { kind: 'list'; items: Node[] }
  | { kind: 'unary'; operator: '-' | 'not'; operand: Node }
  | { kind: 'binary'; operator: BinaryOperator; left: Node; right: Node }
  | { kind: 'call'; name: string; args: Node[]; named: { name: string; value: Node }[] }
)

const PRECEDENCE = {
  ':': 0.5,
  or: 1,
  and: 2,
  '==': 6,
  '!=': 6,
  in: 7,
  'not in': 7,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
  '**': 11,
} as const

export type BinaryOperator = Exclude<keyof typeof PRECEDENCE, ':'>

const SYNONYMS = { '&&': 'and', '||': 'or' } as const
const TERNARY_HINT = 'write if(condition, then, else) instead of ? and :'
const LONGEST = 10_000
const DEEPEST = 100

type Raw = jsep.Expression & { start?: number }
type Token = { node?: Raw | false; context?: { index: number; code: number } }

/** Offsets of the tokens that are being read, innermost last. */
let starts: number[] = []
let prepared = false

const isNumberStart = (code: number): boolean => (code >= 48 && code <= 57) || code === 46

/** Numbers do not come by after-token, so they are left out at the start as well. */
function noteStart(this: jsep.HookScope): void {
  if (!isNumberStart(this.code)) starts.push(this.index)
}

function noteNode({ node }: Token): void {
  const start = starts.pop()
  if (node && start !== undefined) node.start = start
}

/** jsep keeps its grammar in one place for the whole process; nobody else here uses it. */
function prepare(): void {
  if (prepared) return
  prepared = true
  jsep.removeAllBinaryOps()
  jsep.removeAllUnaryOps()
  for (const operator of ['-', '+', '!', 'not']) jsep.addUnaryOp(operator)
  for (const [operator, precedence] of Object.entries(PRECEDENCE)) {
    jsep.addBinaryOp(operator, precedence, operator === '**')
  }
  for (const [operator, same] of Object.entries(SYNONYMS)) {
    jsep.addBinaryOp(operator, PRECEDENCE[same])
  }
  jsep.hooks.add('gobble-token', noteStart)
  jsep.hooks.add('after-token', noteNode as (env: { node?: jsep.Expression }) => void)
}

function rawTree(text: string): jsep.CoreExpression {
  prepare()
  starts = []
  if (text.length > LONGEST) {
    throw new ExpressionError(LONGEST, `longer than ${LONGEST} characters`)
  }
  try {
    return jsep(text) as jsep.CoreExpression
  } catch (error) {
    const { index, description } = error as { index?: number; description?: string }
    const message = description === 'Expected :' ? TERNARY_HINT : description
    throw new ExpressionError(Math.min(index ?? 0, text.length), message ?? 'cannot be read')
  }
}

type Convert = (raw: jsep.CoreExpression, at: number, depth: number) => Node

function literal(raw: jsep.Literal, at: number): Node {
  const { value } = raw
  if (value instanceof RegExp)
    throw new ExpressionError(at, 'regular expressions have no place here')
  return { at, kind: 'literal', value }
}

/** Whether a name is directly under an operator that binds weaker than `not` should. */
function negated(node: Node): Node | null {
  return node.kind === 'unary' && node.operator === 'not' ? node.operand : null
}

/** jsep binds `not` tighter than anything; `not a == b` means `not (a == b)`. */
function binaryNode(operator: BinaryOperator, left: Node, right: Node): Node {
  const inner = operator === 'and' || operator === 'or' ? null : negated(left)
  if (!inner) return { at: left.at, kind: 'binary', operator, left, right }
  const operand = binaryNode(operator, inner, right)
  return { at: left.at, kind: 'unary', operator: 'not', operand }
}

function binary(raw: jsep.BinaryExpression, at: number, depth: number, convert: Convert): Node {
  const { operator } = raw
  if (operator === ':')
    throw new ExpressionError(at, '":" only names an argument: duration(days: 1)')
  const known = SYNONYMS[operator as keyof typeof SYNONYMS] ?? (operator as BinaryOperator)
  const left = convert(raw.left as jsep.CoreExpression, at, depth)
  const right = convert(raw.right as jsep.CoreExpression, at, depth)
  return binaryNode(known, left, right)
}

function unary(raw: jsep.UnaryExpression, at: number, depth: number, convert: Convert): Node {
  const operand = convert(raw.argument as jsep.CoreExpression, at, depth)
  if (raw.operator === '+') return operand
  if (raw.operator !== '-') return { at, kind: 'unary', operator: 'not', operand }
  if (operand.kind === 'literal' && typeof operand.value === 'number') {
    return { at, kind: 'literal', value: -operand.value }
  }
  return { at, kind: 'unary', operator: '-', operand }
}

function call(raw: jsep.CallExpression, at: number, depth: number, convert: Convert): Node {
  const callee = raw.callee as jsep.CoreExpression
  if (callee.type !== 'Identifier') throw new ExpressionError(at, 'only functions can be called')
  const node = { at, kind: 'call', name: callee.name, args: [], named: [] } as Node & {
    kind: 'call'
  }
  for (const argument of raw.arguments as jsep.CoreExpression[]) {
    if (argument.type !== 'BinaryExpression' || argument.operator !== ':') {
      node.args.push(convert(argument, at, depth))
      continue
    }
    const name = argument.left as jsep.CoreExpression
    if (name.type !== 'Identifier') throw new ExpressionError(at, 'a name goes before ":"')
    const value = convert(argument.right as jsep.CoreExpression, at, depth)
    node.named.push({ name: name.name, value })
  }
  return node
}

function member(raw: jsep.MemberExpression, at: number): Node {
  const object = raw.object as jsep.CoreExpression
  const property = raw.property as jsep.CoreExpression
  if (object.type !== 'Identifier' || property.type !== 'Identifier' || raw.computed) {
    throw new ExpressionError(at, 'only parent.column takes a point')
  }
  return { at, kind: 'member', object: object.name, property: property.name }
}

function convertNode(raw: jsep.CoreExpression, near: number, depth: number): Node {
  const at = (raw as Raw).start ?? near
  if (depth > DEEPEST) throw new ExpressionError(at, `nested deeper than ${DEEPEST}`)
  const next = depth + 1
  switch (raw.type) {
    case 'Literal':
      return literal(raw, at)
    case 'Identifier':
      return { at, kind: 'name', name: raw.name }
    case 'ThisExpression':
      return { at, kind: 'name', name: 'this' }
    case 'MemberExpression':
      return member(raw, at)
    case 'UnaryExpression':
      return unary(raw, at, next, convertNode)
    case 'BinaryExpression':
      return binary(raw, at, next, convertNode)
    case 'CallExpression':
      return call(raw, at, next, convertNode)
    case 'ArrayExpression': {
      const items = raw.elements.map((item) => convertNode(item as jsep.CoreExpression, at, next))
      return { at, kind: 'list', items }
    }
    case 'ConditionalExpression':
      throw new ExpressionError(at, TERNARY_HINT)
    case 'Compound':
    case 'SequenceExpression':
      throw new ExpressionError(at, 'one expression is expected')
  }
}

/** The tree of an expression. Throws ExpressionError where it cannot be read. */
export function parseExpression(text: string): Node {
  return convertNode(rawTree(text), 0, 0)
}
