// Constraints of a table as written: comparisons taken apart, everything else as it stands.
import { type Node, parseExpression } from '#engine/expression/parse.ts'
import { ExpressionError } from '#engine/expression/problem.ts'
import type { Operand, Relation, TableConstraintConfig } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { CheckSchema, FixedSchema, SortedSchema, SumSchema } from './schema-constraints.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { Scalar } from './types.ts'

const EXAMPLES =
  'Write - {check: "a < b"}, {sorted: [a, b]}, {sum: [a, b], equals: total} or {fixed: [a, b], values: [[1, 2]]}'
const KINDS = { check: CheckSchema, sorted: SortedSchema, sum: SumSchema, fixed: FixedSchema }
const CONSTRAINTS_MAX = 1000

export function readTableConstraints(
  value: unknown,
  path: string,
  report: Report,
): TableConstraintConfig[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > CONSTRAINTS_MAX) {
    report.problem(path, `constraints is a list of at most ${CONSTRAINTS_MAX}`, EXAMPLES)
    return []
  }
  return value.flatMap((item: unknown, i) => readOne(item, at(path, i), report))
}

function readOne(value: unknown, path: string, report: Report): TableConstraintConfig[] {
  const fields = typeof value === 'string' ? { check: value } : value
  const kind = isObject(fields)
    ? (['check', 'sorted', 'sum', 'fixed'] as const).find((name) => Object.hasOwn(fields, name))
    : undefined
  if (!isObject(fields) || kind === undefined) {
    report.problem(path, 'A constraint is a check, a sum, or columns sorted or fixed', EXAMPLES)
    return []
  }
  if (!checkShape(KINDS[kind], fields, path, report, { what: `constraint ${kind}` })) return []
  if (kind === 'check') return readCheck(String(fields['check']), at(path, 'check'), report)
  if (kind === 'sorted') return [{ path, type: 'order', relations: sorted(fields) }]
  if (kind === 'fixed') return readFixed(fields, path, report)
  const columns = fields['sum'] as string[]
  return [
    {
      path,
      type: 'sum',
      columns: [...new Set(columns)],
      equals: String(fields['equals']),
      shares: fields['shares'] === true,
    },
  ]
}

function sorted({ sorted: names }: Fields): Relation[] {
  const columns = names as string[]
  return columns.slice(1).map((name, i) => ({
    low: { column: columns[i] ?? '' },
    high: { column: name },
    strict: false,
  }))
}

function readFixed(fields: Fields, path: string, report: Report): TableConstraintConfig[] {
  const columns = fields['fixed'] as string[]
  const values = fields['values'] as Scalar[][]
  const weights = (fields['weights'] as number[] | undefined) ?? null
  const odd = values.findIndex((row) => row.length !== columns.length)
  if (odd >= 0) {
    const message = `A combination has ${values[odd]?.length} values for ${columns.length} columns`
    report.problem(
      at(at(path, 'values'), odd),
      message,
      `Write one for each of ${columns.join(', ')}`,
    )
    return []
  }
  if (weights !== null && (weights.length !== values.length || weights.every((w) => w === 0))) {
    const message = `${values.length} combinations need ${values.length} weights, one above 0`
    report.problem(at(path, 'weights'), message, 'Write one weight for each combination')
    return []
  }
  return [{ path, type: 'fixed', columns, values, weights }]
}

function readCheck(text: string, path: string, report: Report): TableConstraintConfig[] {
  try {
    return [{ path, type: 'order', relations: relationsOf(parseExpression(text)) }]
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const message = `Character ${error.problem.offset + 1} of the check: ${error.message}`
    report.problem(path, message, 'Write columns and <, <=, >, >=, such as "a < b and b <= 100"')
    return []
  }
}

const COMPARISONS: Readonly<Record<string, { strict: boolean; swapped: boolean }>> = {
  '<': { strict: true, swapped: false },
  '<=': { strict: false, swapped: false },
  '>': { strict: true, swapped: true },
  '>=': { strict: false, swapped: true },
}

function relationsOf(node: Node): Relation[] {
  if (node.kind === 'binary' && node.operator === 'and') {
    return [...relationsOf(node.left), ...relationsOf(node.right)]
  }
  const comparison = node.kind === 'binary' ? COMPARISONS[node.operator] : undefined
  if (node.kind !== 'binary' || comparison === undefined) {
    throw new ExpressionError(node.at, 'only <, <=, >, >= and "and" can be met by every row')
  }
  const [left, right] = [operandOf(lastOf(node.left)), operandOf(node.right)]
  const [low, high] = comparison.swapped ? [right, left] : [left, right]
  const relation: Relation = { low, high, strict: comparison.strict }
  // a < b < c is a < b and b < c.
  return isComparison(node.left) ? [...relationsOf(node.left), relation] : [relation]
}

const isComparison = (node: Node): node is Extract<Node, { kind: 'binary' }> =>
  node.kind === 'binary' && COMPARISONS[node.operator] !== undefined

const lastOf = (node: Node): Node => (isComparison(node) ? node.right : node)

function operandOf(node: Node): Operand {
  if (node.kind === 'name') return { column: node.name }
  if (node.kind === 'literal' && node.value !== null) return { value: node.value }
  throw new ExpressionError(
    node.at,
    `${quote('a < b')} compares columns and values, nothing computed`,
  )
}
