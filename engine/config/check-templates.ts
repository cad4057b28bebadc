// Templates name columns of the table or rules that make text; what a rule is made `from` is a column, of text for all
// but plug-ins.
import type { DatasetConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { WORD_RULES } from './rules/registry.ts'
import { rulesOfColumn } from './rules-of-column.ts'
import { slotsOf } from './template.ts'

export function checkTemplates({ tables }: DatasetConfig, report: Report): void {
  for (const { columns } of tables) {
    for (const { rule, path } of columns.flatMap(rulesOfColumn))
      checkRule(rule, path, columns, report)
  }
}

function checkRule(
  { type, value, from }: RuleInput,
  path: string,
  columns: TableConfig['columns'],
  report: Report,
): void {
  if (type === 'template' && typeof value === 'string') {
    const names = columns.map(({ name }) => name)
    for (const slot of slotsOf(value)) checkSlot(slot, at(path, 'value'), names, report)
  }
  if (!Array.isArray(from)) return
  for (const [i, name] of from.map(String).entries()) {
    const place = at(at(path, 'from'), i)
    const column = columns.find((one) => one.name === name)
    if (column === undefined) {
      const hint = nameHint(
        name,
        columns.map((one) => one.name),
      )
      report.problem(place, `There is no column ${quote(name)}`, hint)
    } else if (type !== 'custom' && column.readable && column.type !== 'str') {
      report.problem(place, `${quote(name)} is ${column.type}, not text`, 'Name text columns')
    }
  }
}

function checkSlot(slot: string, path: string, names: string[], report: Report): void {
  if (names.includes(slot) || WORD_RULES.includes(slot)) return
  const message = `The template names ${quote(slot)}, which is neither a column nor a rule`
  report.problem(path, message, nameHint(slot, [...names, ...WORD_RULES]))
}
