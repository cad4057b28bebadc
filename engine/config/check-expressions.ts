// Expressions of rules and of `nullable: {when}`: names, functions and types, with the place of the fault.
import { checkExpression } from '#engine/expression/compile.ts'
import { FUNCTION_NAMES } from '#engine/expression/functions.ts'
import type { ExpressionProblem } from '#engine/expression/problem.ts'
import type { ColumnConfig, DatasetConfig, RuleInput } from './dataset-config.ts'
import { namesInExpression } from './dependencies.ts'
import { at, nameHint, type Report } from './problem.ts'
import { LATER_RULES } from './rules/registry.ts'
import type { ColumnType } from './types.ts'

/** Functions of the language that this release does not have; distributions as random draws are among them. */
const LATER_FUNCTIONS = ['replace', 'pad', 'weekday', 'normal', 'lognormal', ...LATER_RULES]

type Columns = ReadonlyMap<string, ColumnConfig>

export function checkExpressions({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    const columns: Columns = new Map(table.columns.map((column) => [column.name, column]))
    for (const column of table.columns) checkColumn(column, columns, report)
  }
}

function checkColumn(column: ColumnConfig, columns: Columns, report: Report): void {
  const { path, type, rule, conditional_rules, nullable } = column
  checkRule(rule, at(path, 'rule'), type, columns, report)
  for (const one of conditional_rules) {
    checkRule(one.rule, at(one.path, 'rule'), type, columns, report)
  }
  if (nullable !== null && 'when' in nullable) {
    check(nullable.when, at(at(path, 'nullable'), 'when'), 'bool', columns, report)
  }
}

function checkRule(
  rule: RuleInput | null,
  path: string,
  type: ColumnType,
  columns: Columns,
  report: Report,
): void {
  if (rule?.type !== 'expression') return
  check(String(rule['value']), at(path, 'value'), type, columns, report)
}

function check(
  text: string,
  path: string,
  result: ColumnType,
  columns: Columns,
  report: Report,
): void {
  const named = [...new Set(namesInExpression(text))]
    .map((name) => columns.get(name))
    .filter((column) => column !== undefined)
  if (named.some(({ readable }) => !readable)) return
  for (const problem of checkExpression(text, named, result)) {
    reportProblem(problem, path, columns, report)
  }
}

function reportProblem(
  { offset, message }: ExpressionProblem,
  path: string,
  columns: Columns,
  report: Report,
): void {
  const said = `Character ${offset + 1} of the expression: ${message}`
  const works = `Functions of this release: ${FUNCTION_NAMES.join(', ')}.`
  const fn = /^no function ([^;\s]+)/.exec(message)?.[1]
  const column = /^no column (.+)$/.exec(message)?.[1]
  if (fn !== undefined && LATER_FUNCTIONS.includes(fn)) {
    report.unsupported(path, `The function ${fn} is not supported by this release`, works)
  } else if (message.includes('not supported here yet')) {
    report.unsupported(path, said, 'Name columns of the same table')
  } else if (fn !== undefined) {
    report.problem(path, `There is no function ${fn}`, nameHint(fn, FUNCTION_NAMES))
  } else if (column !== undefined) {
    report.problem(path, said, nameHint(column, [...columns.keys()]))
  } else {
    report.problem(path, said, 'Write for example "quantity * unit_price"')
  }
}
