// Columns of the language to columns of the resolved config: every parameter explicit, spans and short forms gone.
import { castScalar } from './cast.ts'
import { columnScale } from './column-scale.ts'
import type { ColumnConfig, ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import { dependenciesOf } from './dependencies.ts'
import { entityOf } from './entity-of.ts'
import { jointGroups } from './joint-groups.ts'
import { lowerRule, nestedRule } from './lower-rule.ts'
import type { Lowering } from './rules/rule-spec.ts'
import type { ColumnType, Condition, ResolvedColumn, Rule, Scalar } from './types.ts'

type Scope = {
  table: TableConfig
  types: ReadonlyMap<string, ColumnType>
  keyCount: number
  /** Columns that do not repeat together with others. */
  joint: ReadonlySet<string>
  locale: string
  nowSeconds: number
  others: Lowering['others']
}

/** The columns of a table of a config without problems; `nowSeconds` is what `last` and `now` count from. */
export function lowerColumns(
  table: TableConfig,
  defaultLocale: string,
  nowSeconds: number,
): ResolvedColumn[] {
  const scope: Scope = {
    table,
    types: new Map(table.columns.map(({ name, type }) => [name, type])),
    keyCount: table.columns.filter(({ primary_key }) => primary_key).length,
    joint: new Set(jointGroups(table).flatMap(({ columns }) => columns)),
    locale: table.locale ?? defaultLocale,
    nowSeconds,
    others: table.columns.map((column) => ({
      name: column.name,
      rule: column.rule?.type ?? null,
      plain: column.conditional_rules.length === 0 && dependenciesOf(column, table).length === 0,
    })),
  }
  return table.columns.map((column) => lowerColumn(column, scope))
}

function lowerColumn(column: ColumnConfig, scope: Scope): ResolvedColumn {
  const context = loweringOf(column, scope)
  const { unique } = context
  const rule = column.rule === null ? null : lowerRule(column.rule, context)
  const parentless = rule === null ? null : keyThatMayBeNull(column.name, scope.table)
  if (rule !== null && parentless !== null) return copyWhere(parentless, column, rule, context)
  const distinct = unique || scope.joint.has(column.name)
  return {
    name: column.name,
    type: column.type,
    scale: context.scale,
    rule: distinct && rule !== null ? withoutRepeats(rule) : rule,
    conditional_rules: column.conditional_rules.map((one) => ({
      condition: lowerCondition(one.condition, scope),
      rule: lowerRule(one.rule, context),
    })),
    nullable: column.nullable,
    unique,
    primary_key: column.primary_key,
    sensitivity: column.sensitivity,
    ...(column.format !== null && { format: column.format }),
    ...(column.min_length !== null && { min_length: column.min_length }),
    ...(column.max_length !== null && { max_length: column.max_length }),
  }
}

/** The nullable key column that a copied column goes with: where there is no parent, there is nothing to copy. */
function keyThatMayBeNull(name: string, { foreign_keys, columns }: TableConfig): string | null {
  const key = foreign_keys.find(({ copies }) => copies.some(({ to }) => to === name))
  const child = columns.find(
    (column) => key?.child_columns.includes(column.name) && column.nullable !== null,
  )
  return child?.name ?? null
}

function copyWhere(
  key: string,
  { name, type, nullable, unique, primary_key, sensitivity }: ColumnConfig,
  rule: Rule,
  { scale }: Lowering,
): ResolvedColumn {
  const condition = { column: key, operator: 'is_not_null', value: null } as const
  return {
    ...{ name, type, scale, rule: null, conditional_rules: [{ condition, rule }] },
    ...{ nullable, unique, primary_key, sensitivity },
  }
}

function loweringOf(column: ColumnConfig, scope: Scope): Lowering {
  const { table, types, locale, nowSeconds, others, keyCount } = scope
  const context: Lowering = {
    columnType: column.type,
    scale: columnScale(column),
    locale: column.locale ?? locale,
    nowSeconds,
    isColumn: (name) => types.has(name),
    column: column.name,
    unique: column.unique || (column.primary_key && keyCount === 1),
    others,
    lowerShort: (name) => lowerRule({ type: name }, { ...context, columnType: 'str', scale: null }),
    lowerNested: (written, as) =>
      lowerRule(
        nestedRule(written, column.path, as ?? column.type),
        as === undefined ? context : { ...context, columnType: as, scale: null },
      ),
    ruleOf: (name) => table.columns.find((one) => one.name === name)?.rule ?? null,
    entity: (per) => entityOf(per, table),
    reference: referenceOf(column.name, table),
  }
  return context
}

function referenceOf(name: string, { foreign_keys }: TableConfig): Lowering['reference'] {
  const copied = ({ copies }: ForeignKeyConfig) => copies.find(({ to }) => to === name)?.from
  const foreignKey = foreign_keys.findIndex(
    (key) => key.child_columns.includes(name) || copied(key) !== undefined,
  )
  const key = foreign_keys[foreignKey]
  const column = key && (key.parent_columns[key.child_columns.indexOf(name)] ?? copied(key))
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

function lowerCondition(condition: Condition, scope: Scope): Condition {
  if ('not' in condition) return { not: lowerCondition(condition.not, scope) }
  if ('all' in condition) return { all: condition.all.map((one) => lowerCondition(one, scope)) }
  if ('any' in condition) return { any: condition.any.map((one) => lowerCondition(one, scope)) }
  const { column, operator, value } = condition
  const type = scope.types.get(column) ?? 'str'
  if (TEXT_OPERATORS.includes(operator)) return condition
  const cast = (literal: Scalar): Scalar => castScalar(literal, type) ?? null
  return { column, operator, value: Array.isArray(value) ? value.map(cast) : cast(value) }
}
