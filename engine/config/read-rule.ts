// One rule as written, short or long, to a rule whose shape is known to be right.
import type { RuleInput } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { readFormulas, refuseFormulas } from './rules/formula-laws.ts'
import { isShort, RULE_ALIASES, RULE_NAMES, RULES } from './rules/registry.ts'
import type { RuleCheck, RuleSpec } from './rules/rule-spec.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { ColumnType } from './types.ts'

/** Null when the rule is not usable; the report then says why. `inside`: in another rule, or in items of an array. */
export function readRule(
  value: unknown,
  path: string,
  columnType: ColumnType,
  report: Report,
  inside: 'column' | 'rule' | 'array' = 'column',
): RuleInput | null {
  const written = typeof value === 'string' ? { type: value } : value
  if (!isObject(written) || typeof written['type'] !== 'string') {
    const hint = 'Write rule: first_name, or rule: {type: range, min: 1, max: 10}'
    report.problem(path, 'A rule is a name, or an object with a type', hint)
    return null
  }
  const typePath = typeof value === 'string' ? path : at(path, 'type')
  const name = isChain(written) ? 'state_machine' : ruleName(written['type'], typePath, report)
  const spec = name === null ? undefined : RULES.get(name)
  if (name === null || spec === undefined) return null
  if (typeof value === 'string' && !isShort(name)) {
    const needed = (spec.schema.required ?? []).filter((key) => key !== 'type')
    const message = `The rule ${name} needs ${needed.join(' and ')}`
    report.problem(path, message, `Write rule: ${exampleOf(name, spec)}`)
    return null
  }
  const given = { ...renamed(written, spec.aliases, path, report), type: name }
  const inArray = inside === 'array'
  const context: RuleCheck = {
    ...{ path, columnType, report, inArray },
    nested: (inner, place, as = columnType, array = inArray) =>
      readRule(inner, place, as, report, array ? 'array' : 'rule'),
  }
  if (inside !== 'column' && refuseFormulas(given, context)) return null
  const rule = readFormulas(given, context)
  if (rule === null) return null
  if (rule.type !== name) {
    const { formulas: _formulas, ...expression } = rule
    return readRule(expression, path, columnType, report) && rule
  }
  if (spec.refuse(rule, context)) return null
  if (!checkShape(spec.schema, rule, path, report, { what: `rule ${name}`, later: spec.later })) {
    return null
  }
  if (!suits(spec, name, columnType, typePath, report)) return null
  spec.check(rule, context)
  return rule
}

/** A state is a place of the locale, unless it says what follows it. */
function isChain({ type, transitions }: Fields): boolean {
  return (
    typeof type === 'string' && type.trim().toLowerCase() === 'state' && transitions !== undefined
  )
}

function ruleName(written: string, path: string, report: Report): string | null {
  const name = written.trim().toLowerCase()
  if (RULES.has(name)) return name
  const alias = Object.hasOwn(RULE_ALIASES, name) ? RULE_ALIASES[name] : undefined
  if (alias !== undefined) return alias
  report.problem(path, `There is no rule ${quote(written)}`, nameHint(name, RULE_NAMES))
  return null
}

function renamed(
  rule: Fields,
  aliases: Record<string, string>,
  path: string,
  report: Report,
): Fields {
  const entries = Object.entries(rule).map(([key, value]): [string, unknown] => {
    const name = Object.hasOwn(aliases, key) ? aliases[key] : undefined
    if (name === undefined || Object.hasOwn(rule, name)) return [key, value]
    report.written(at(path, name), at(path, key))
    return [name, value]
  })
  return Object.fromEntries(entries)
}

function suits(
  spec: RuleSpec,
  name: string,
  columnType: ColumnType,
  path: string,
  report: Report,
): boolean {
  if (spec.columnTypes.includes(columnType)) return true
  report.problem(
    path,
    `The rule ${name} does not make values of type ${columnType}`,
    `Write type: ${spec.columnTypes[0]}, or another rule`,
  )
  return false
}

function exampleOf(name: string, { schema }: RuleSpec): string {
  const fields = (schema.required ?? []).map((key) => {
    const { examples } = (schema.properties[key] ?? {}) as { examples?: unknown[] }
    return `${key}: ${key === 'type' ? name : JSON.stringify(examples?.[0] ?? '...')}`
  })
  return `{${fields.join(', ')}}`
}
