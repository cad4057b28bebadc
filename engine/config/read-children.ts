// How many children each parent has, as written: a number, or a law.
import { drawOf } from '#engine/laws/draw.ts'
import { exp } from '#engine/math/elementary.ts'
import { lowerAlone } from './lower-alone.ts'
import { at, quote, type Report } from './problem.ts'
import { readRule } from './read-rule.ts'
import { RULE_ALIASES } from './rules/registry.ts'
import { CHILD_RULES, CHILDREN_MAX, ChildrenSchema } from './schema-children.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { Children, Rule } from './types.ts'

const WORKS = 'Write children: 3, {type: range, min: 0, max: 5} or {type: poisson, mean: 3}'
/** Standard deviations beyond which no draw of a normal law goes. */
const NORMAL_REACH = 9
const LARGEST_UNIT = 1 - Number.EPSILON / 2

/** Null where there is no such law, or none was written; the report then says why. */
export function readChildren(value: unknown, path: string, report: Report): Children | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= CHILDREN_MAX) {
      return { type: 'fixed', value }
    }
    report.problem(path, `children must be a whole number from 0 to ${CHILDREN_MAX}`, WORKS)
    return null
  }
  if (isObject(value)) return readLaw(value, path, report)
  report.problem(path, 'children is a number or a distribution', WORKS)
  return null
}

function readLaw(value: Fields, path: string, report: Report): Children | null {
  const type = value['type'] ?? impliedLaw(value)
  const written = typeof type === 'string' ? type.trim().toLowerCase() : ''
  const name = RULE_ALIASES[written] ?? written
  const law = { ...value, type: name }
  const schema = lawSchemas.get(name)
  const plain = Object.keys(law).every((key) => schema && Object.hasOwn(schema.properties, key))
  if (CHILD_RULES.includes(name) && !(schema && plain)) return readRuleOf(law, path, report)
  if (schema === undefined) {
    report.problem(at(path, 'type'), `There is no type of children ${quote(type)}`, WORKS)
    return null
  }
  const shaped = checkShape(schema, law, path, report, { what: `children of type ${name}` })
  if (!shaped) return null
  const children = { ...law } as Children
  if (children.type === 'range') checkRange(children, path, report)
  return children.type === 'poisson' ? { ...children, max: children.max ?? null } : children
}

function impliedLaw(value: Fields): string | undefined {
  if (Object.hasOwn(value, 'min') && Object.hasOwn(value, 'max')) return 'range'
  return Object.hasOwn(value, 'value') ? 'fixed' : undefined
}

function checkRange({ min, max }: { min: number; max: number }, path: string, report: Report) {
  if (min <= max) return
  const message = `min ${min} is greater than max ${max}`
  report.problem(at(path, 'min'), message, `Write min: ${max}, max: ${min}`)
}

const lawSchemas = new Map(
  ChildrenSchema.anyOf.flatMap((schema) =>
    'properties' in schema ? [[schema.properties.type.const as string, schema] as const] : [],
  ),
)

/** Rules whose values have no end of their own on either side. */
const OPEN_RULES = CHILD_RULES.filter((name) => !['choice', 'histogram', 'uniform'].includes(name))

/** A law of the rules, cut at 0 and at what children may be. */
function readRuleOf(law: Fields & { type: string }, path: string, report: Report): Children | null {
  const open = OPEN_RULES.includes(law.type) ? { min: 0, max: CHILDREN_MAX } : {}
  const before = report.problems.length
  const rule = readRule({ ...open, ...law }, path, 'int', report, 'rule')
  if (rule === null || report.problems.length > before) return null
  const lowered = lowerAlone(rule)
  const { least, most } = reachOf(lowered)
  if (least >= 0 && most <= CHILDREN_MAX) return { type: 'law', rule: lowered, max: most }
  const message = `children from ${least} to ${most} must be whole numbers from 0 to ${CHILDREN_MAX}`
  report.problem(path, message, 'Write min: 0 and a max within it')
  return null
}

type Reach = { least: number; most: number }

/** Values that the rule of an int column has at least and at most; NaN where some are no numbers. */
function reachOf(rule: Rule): Reach {
  switch (rule.type) {
    case 'range':
      return { least: rule.min, most: rule.max }
    case 'constant':
      return { least: Number(rule.value ?? Number.NaN), most: Number(rule.value ?? Number.NaN) }
    case 'choice': {
      const values = rule.values.map((value) => Number(value ?? Number.NaN))
      return { least: Math.min(...values), most: Math.max(...values) }
    }
    case 'histogram':
      return { least: Math.min(...rule.edges), most: rule.max ?? Math.max(...rule.edges) }
    case 'mixture': {
      const parts = rule.parts.map((part) => reachOf(part.rule))
      const most = Math.max(...parts.map((part) => part.most))
      return { least: rule.min ?? 0, most: Math.min(most, rule.max ?? CHILDREN_MAX) }
    }
    case 'normal':
    case 'lognormal': {
      const highest = rule.mean + NORMAL_REACH * rule.stddev
      const most = Math.ceil(rule.type === 'normal' ? highest : exp(highest))
      return { least: rule.min ?? 0, most: Math.min(most, rule.max ?? CHILDREN_MAX) }
    }
    case 'exponential':
    case 'gamma':
    case 'beta':
    case 'pareto':
    case 'weibull':
    case 'poisson':
    case 'binomial':
    case 'geometric':
    case 'zipf': {
      const most = Math.ceil(drawOf(rule)(LARGEST_UNIT))
      return { least: rule.min ?? 0, most: Math.min(most, rule.max ?? CHILDREN_MAX) }
    }
    default:
      return { least: Number.NaN, most: Number.NaN }
  }
}
