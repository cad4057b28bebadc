// One foreign key as written: singular or plural columns, children short or long.
import type { ForeignKeyConfig } from './dataset-config.ts'
import { at, type Report } from './problem.ts'
import { readChildren } from './read-children.ts'
import { readSelf } from './read-self.ts'
import { ForeignKeySchema } from './schema.ts'
import { checkShape, type Fields, isObject } from './shape.ts'

/** Empty column lists mean the parent's primary key, and the columns of the same name. Null when not usable. */
export function readForeignKey(
  value: unknown,
  path: string,
  report: Report,
): ForeignKeyConfig | null {
  if (!isObject(value)) {
    const hint = 'Write {parent_table: customers, parent_column: id, child_column: customer_id}'
    report.problem(path, 'A foreign key is an object', hint)
    return null
  }
  const options = { what: 'foreign key', deep: ['children', 'tree', 'graph'] }
  if (!checkShape(ForeignKeySchema, value, path, report, options)) return null
  const children = readChildren(value['children'], at(path, 'children'), report)
  return {
    path,
    parent_table: value['parent_table'] as string,
    parent_columns: columnsOf(value, 'parent_column', path, report),
    child_columns: columnsOf(value, 'child_column', path, report),
    children,
    self: readSelf(value, path, report),
    copies: [],
  }
}

function columnsOf(fields: Fields, key: string, path: string, report: Report): string[] {
  const [one, many] = [fields[key], fields[`${key}s`]]
  if (one !== undefined && many !== undefined) {
    report.problem(at(path, key), `${key} and ${key}s are the same`, `Write ${key}s alone`)
  }
  report.written(at(path, key), at(path, one === undefined ? `${key}s` : key))
  const columns = many ?? one ?? []
  return typeof columns === 'string' ? [columns] : (columns as string[])
}
