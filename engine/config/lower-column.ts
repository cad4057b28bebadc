// A column of the language to a column of the resolved config: every parameter explicit, spans and short forms gone.
import { castScalar } from './cast.ts'
import { columnScale } from './column-scale.ts'
import type { ColumnConfig, DatasetConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { RULES } from './rules/registry.ts'
import type { Lowering } from './rules/rule-spec.ts'
import type { Condition, ResolvedColumn, Rule, Scalar } from './types.ts'

/** The config has no problems; `nowSeconds` is what `last` and `now` count from. */
export function lowerColumn(
  column: ColumnConfig,
  table: TableConfig,
  { locale }: DatasetConfig,
  nowSeconds: number,
): ResolvedColumn {
  const context = loweringOf(column, table, column.locale ?? table.locale ?? locale, nowSeconds)
  const keys = table.columns.filter(({ primary_key }) => primary_key)
  const unique = column.unique || (column.primary_key && keys.length === 1)
  const rule = column.rule === null ? null : lowerRule(column.rule, context)
  return {
    name: column.name,
    type: column.type,
    scale: context.scale,
    rule: unique && rule !== null ? withoutRepeats(rule) : rule,
    conditional_rules: column.conditional_rules.map((one) => ({
      condition: lowerCondition(one.condition, table),
      rule: lowerRule(one.rule, context),
    })),
    nullable: column.nullable,
    unique,
    primary_key: column.primary_key,
    sensitivity: column.sensitivity,
  }
}

function loweringOf(
  column: ColumnConfig,
  table: TableConfig,
  locale: string,
  nowSeconds: number,
): Lowering {
  const names = new Set(table.columns.map(({ name }) => name))
  const context: Lowering = {
    columnType: column.type,
    scale: columnScale(column),
    locale,
    nowSeconds,
    isColumn: (name) => names.has(name),
    lowerShort: (name) => lowerRule({ type: name }, { ...context, columnType: 'str', scale: null }),
    reference: referenceOf(column.name, table),
  }
  return context
}

function lowerRule(rule: RuleInput, context: Lowering): Rule {
  const spec = RULES.get(rule.type)
  if (spec === undefined) throw new Error(`no rule ${rule.type}`)
  return spec.lower(rule, context)
}

function referenceOf(name: string, { foreign_keys }: TableConfig): Lowering['reference'] {
  const foreignKey = foreign_keys.findIndex(({ child_columns }) => child_columns.includes(name))
  const key = foreign_keys[foreignKey]
  const column = key?.parent_columns[key.child_columns.indexOf(name)]
  return key === undefined || column === undefined
    ? null
    : { table: key.parent_table, column, foreignKey }
}

/** Values drawn without repeats are all used alike, so each stands once and weights fall away. */
function withoutRepeats(rule: Rule): Rule {
  return rule.type === 'choice'
    ? { ...rule, values: [...new Set(rule.values)], weights: null }
    : rule
}

const TEXT_OPERATORS = ['contains', 'starts_with', 'ends_with', 'matches']

function lowerCondition(condition: Condition, table: TableConfig): Condition {
  if ('not' in condition) return { not: lowerCondition(condition.not, table) }
  if ('all' in condition) return { all: condition.all.map((one) => lowerCondition(one, table)) }
  if ('any' in condition) return { any: condition.any.map((one) => lowerCondition(one, table)) }
  const { column, operator, value } = condition
  const type = table.columns.find(({ name }) => name === column)?.type ?? 'str'
  if (TEXT_OPERATORS.includes(operator)) return condition
  const cast = (literal: Scalar): Scalar => castScalar(literal, type) ?? null
  return { column, operator, value: Array.isArray(value) ? value.map(cast) : cast(value) }
}
