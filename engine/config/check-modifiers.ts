// format, min_length and max_length: they suit the type of their column, and the values that its rules write out.
import { formatFault, TEXT_FORMATS } from '#engine/rules/column-format.ts'
import { lengthOf } from '#engine/rules/text-lengths.ts'
import type { ColumnConfig, DatasetConfig, RuleInput } from './dataset-config.ts'
import { at, quote, type Report } from './problem.ts'
import { isObject } from './shape.ts'
import type { ColumnType } from './types.ts'

export function checkModifiers({ tables }: DatasetConfig, report: Report): void {
  for (const { columns } of tables) {
    for (const column of columns) {
      checkFormat(column, report)
      checkLengths(column, report)
    }
  }
}

const DATES = 'Write for example %d/%m/%Y'
const NUMBERS = 'Write for example #,##0.00, 0000, 0.0% or $0.00'

const HINTS: Readonly<Record<ColumnType, string>> = {
  int: NUMBERS,
  float: NUMBERS,
  decimal: NUMBERS,
  date: DATES,
  datetime: `${DATES} %H:%M`,
  time: 'Write for example %H:%M',
  bool: 'Write for example yes/no: what stands for true, and for false',
  str: `Write ${TEXT_FORMATS.join(' or ')}`,
  uuid: 'Remove format',
  json: 'Remove format',
}

function checkFormat({ path, type, format, unique, primary_key }: ColumnConfig, report: Report) {
  if (format === null) return
  const place = at(path, 'format')
  const fault = formatFault(format, type)
  if (fault !== null) report.problem(place, `The format ${quote(format)} ${fault}`, HINTS[type])
  else if (type === 'str' && (unique || primary_key)) {
    const message = 'In other letters the values of a key may repeat'
    report.problem(place, message, 'Remove format, or write the values so')
  }
}

function checkLengths(column: ColumnConfig, report: Report): void {
  const { path, name, type, min_length: least, max_length: most } = column
  if (least === null && most === null) return
  const place = at(path, least === null ? 'max_length' : 'min_length')
  if (type !== 'str') {
    const message = `Lengths are for text, ${quote(name)} is ${type}`
    const hint = type === 'uuid' || type === 'bool' ? 'Remove it' : 'Write min and max in its rule'
    report.problem(place, message, hint)
  } else if (least !== null && most !== null && least > most) {
    const message = `min_length ${least} is greater than max_length ${most}`
    report.problem(place, message, `Write min_length: ${most}, max_length: ${least}`)
  } else if (column.rule_given) checkValues(column, report)
}

const SHOWN = 3

function checkValues({ path, rule, conditional_rules, ...bounds }: ColumnConfig, report: Report) {
  const rules = [
    { rule, place: at(path, 'rule') },
    ...conditional_rules.map((one) => ({ rule: one.rule, place: at(one.path, 'rule') })),
  ]
  for (const { rule: one, place } of rules) {
    if (one === null) continue
    for (const value of writtenValues(one)
      .filter((text) => !fits(text, bounds))
      .slice(0, SHOWN)) {
      const message = `${quote(value)} has ${lengthOf(value)} characters`
      report.problem(at(place, 'value'), message, boundsHint(bounds))
    }
  }
}

type Bounds = Pick<ColumnConfig, 'min_length' | 'max_length'>

function fits(text: string, { min_length, max_length }: Bounds): boolean {
  const length = lengthOf(text)
  return length >= (min_length ?? 0) && length <= (max_length ?? Number.POSITIVE_INFINITY)
}

function boundsHint({ min_length, max_length }: Bounds): string {
  if (max_length === null) return `Write at least ${min_length}, or another min_length`
  return `Write ${min_length ?? 0} to ${max_length}, or other lengths`
}

/** The texts that a choice or a constant is made of. */
function writtenValues({ type, value }: RuleInput): string[] {
  if (type === 'constant') return typeof value === 'string' ? [value] : []
  if (type !== 'choice') return []
  const values = Array.isArray(value) ? value : isObject(value) ? Object.keys(value) : []
  return values.filter((one) => one !== null).map(String)
}
