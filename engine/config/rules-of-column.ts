// All rules of a column, those inside JSON objects too: what they name is looked up in the same row.
import type { ColumnConfig, RuleInput } from './dataset-config.ts'
import { at, createReport } from './problem.ts'
import { readRule } from './read-rule.ts'
import { fieldsOf } from './rules/json.ts'
import type { ColumnType } from './types.ts'

/** A rule, where it stands, and the type of what it makes. */
export type PlacedRule = { rule: RuleInput; path: string; type: ColumnType }

/** The rule, conditional rules and the rules of fields of objects, as deep as these are nested. */
export function rulesOfColumn({ path, type, rule, conditional_rules }: ColumnConfig): PlacedRule[] {
  const placed = conditional_rules.map((one) => ({
    rule: one.rule,
    path: at(one.path, 'rule'),
    type,
  }))
  if (rule !== null) placed.unshift({ rule, path: at(path, 'rule'), type })
  return placed.flatMap((one) => [one, ...rulesInside(one)])
}

function rulesInside({ rule, path }: PlacedRule): PlacedRule[] {
  const { type, fields } = rule
  if (type !== 'object' || typeof fields !== 'object' || fields === null) return []
  return fieldsOf(fields, at(path, 'fields')).flatMap((part) => {
    // Said where the object was read.
    const unheard = createReport()
    const inner = readRule(part.rule, part.path, part.type, unheard, 'rule')
    if (inner === null) return []
    const placed = { rule: inner, path: part.path, type: part.type }
    return [placed, ...rulesInside(placed)]
  })
}
