// `tree` and `graph` of a foreign key from a table to itself.
import { at, type Report } from './problem.ts'
import { GraphSchema, SELF_DEFAULTS, TreeSchema } from './schema-self.ts'
import { checkShape, type Fields, isObject } from './shape.ts'
import type { SelfReference } from './types.ts'

/** Null where neither is written. */
export function readSelf(fields: Fields, path: string, report: Report): SelfReference | null {
  const tree = readLevels(fields, 'tree', path, report)
  const graph = readLevels(fields, 'graph', path, report)
  if (tree !== null && graph !== null) {
    report.problem(at(path, 'graph'), 'A reference is a tree or a graph', 'Write one of them')
  }
  return tree ?? graph
}

function readLevels(
  fields: Fields,
  type: 'tree' | 'graph',
  path: string,
  report: Report,
): SelfReference | null {
  const value = fields[type] === true ? {} : fields[type]
  if (value === undefined || value === null || value === false) return null
  const place = at(path, type)
  if (!isObject(value)) {
    report.problem(place, `${type} is an object`, `Write ${type}: {depth: 4, roots: 1}`)
    return null
  }
  const schema = type === 'tree' ? TreeSchema : GraphSchema
  if (!checkShape(schema, value, place, report, { what: type })) return null
  return { type, ...SELF_DEFAULTS, ...(value as { depth?: number; roots?: number }) }
}
