// Rules over entities: `per` names rows whose place in their entity is known, and drawn steps have few enough to add up.
import { SUMMED_RANKS } from '#engine/rules/series.ts'
import type { DatasetConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { entityOf } from './entity-of.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { isObject } from './shape.ts'

const RULES = ['series', 'walk', 'state_machine']

export function checkEntities({ tables }: DatasetConfig, report: Report): void {
  for (const table of tables) {
    for (const { rule, path, conditional_rules } of table.columns) {
      if (rule !== null) checkRule(rule, at(path, 'rule'), table, report)
      for (const one of conditional_rules) checkRule(one.rule, at(one.path, 'rule'), table, report)
    }
  }
}

function checkRule(rule: RuleInput, path: string, table: TableConfig, report: Report): void {
  if (!RULES.includes(rule.type)) return
  const { per } = rule
  if (typeof per === 'string') checkColumn(per, at(path, 'per'), table, report)
  if (rule.type !== 'series') return
  if (typeof rule['dwell'] === 'string') checkDwell(rule['dwell'], at(path, 'dwell'), table, report)
  if (!isObject(rule['step']) && rule['dwell'] === undefined) return
  if (typeof per === 'number' && per > SUMMED_RANKS) {
    const message = `Drawn steps add up over at most ${SUMMED_RANKS} rows of an entity`
    report.problem(at(path, 'per'), message, `Write per: ${SUMMED_RANKS}, or a fixed step`)
  } else if (per === undefined && entityOf(undefined, table) === null && isLong(table)) {
    const message = `Drawn steps add up over at most ${SUMMED_RANKS} rows: the rule needs per`
    report.problem(path, message, 'Write per: 1000 for so many rows each, or a fixed step')
  }
}

const isLong = ({ rows }: TableConfig): boolean => rows !== null && rows > SUMMED_RANKS

function checkColumn(per: string, path: string, table: TableConfig, report: Report): void {
  const names = table.columns.map(({ name }) => name)
  if (!names.includes(per)) {
    report.problem(path, `There is no column ${quote(per)}`, nameHint(per, names))
  } else if (entityOf(per, table) === null) {
    const message = `Rows of one ${quote(per)} do not stand together`
    const hint = `Write children on the foreign key of ${per}, or per: 100 for so many rows each`
    report.problem(path, message, hint)
  }
}

const hasDwell = (rule: RuleInput | null): boolean =>
  rule?.type === 'state_machine' && rule['dwell'] !== undefined

function checkDwell(name: string, path: string, { columns }: TableConfig, report: Report): void {
  const column = columns.find((one) => one.name === name)
  if (column === undefined) {
    const names = columns.map((one) => one.name)
    report.problem(path, `There is no column ${quote(name)}`, nameHint(name, names))
  } else if (column.readable && !hasDwell(column.rule)) {
    const hint = `Write dwell: {type: range, min: 1, max: 9} in the rule state of ${name}`
    report.problem(path, `${quote(name)} has no dwell times`, hint)
  }
}
