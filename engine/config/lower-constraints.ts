// Constraints of tables resolved: orders as edges between columns whose bounds are narrowed to what the order leaves,
// sums with the bounds of their parts, fixed combinations as rules.
import { castScalar } from './cast.ts'
import { boundsOf, type ColumnBounds, digitsOf, narrowed, unitsOf } from './column-bounds.ts'
import type { Relation, TableConfig, TableConstraintConfig } from './dataset-config.ts'
import { orderGroups } from './order-groups.ts'
import { at, quote, type Report } from './problem.ts'
import type { ResolvedColumn, Scalar, TableConstraint } from './types.ts'

export type Constrained = { columns: ResolvedColumn[]; constraints: TableConstraint[] }

/** What cannot be met is reported. Of a table whose constraints name columns that suit them. */
export function lowerConstraints(
  table: TableConfig,
  columns: ResolvedColumn[],
  report: Report,
): Constrained {
  const byName = new Map(columns.map((column) => [column.name, column]))
  const constraints: TableConstraint[] = []
  for (const one of table.constraints) if (one.type === 'fixed') lowerFixed(one, byName)
  const relations = table.constraints.flatMap((one) =>
    one.type === 'order' ? one.relations.map((relation) => ({ ...relation, path: one.path })) : [],
  )
  narrowByValues(relations, byName, report)
  for (const group of orderGroups(relations)) {
    const lowered = lowerOrder(group, byName, report)
    if (lowered !== null) constraints.push(lowered)
  }
  for (const one of table.constraints) {
    if (one.type === 'sum') constraints.push(lowerSum(one, table, byName, report))
  }
  return { columns: columns.map(({ name }) => byName.get(name) as ResolvedColumn), constraints }
}

type ByName = Map<string, ResolvedColumn>
export type PlacedRelation = Relation & { path: string }

function lowerFixed(
  { columns, values, weights }: Extract<TableConstraintConfig, { type: 'fixed' }>,
  byName: ByName,
): void {
  columns.forEach((name, k) => {
    const column = byName.get(name)
    if (column === undefined) return
    const own = values.map((row): Scalar => castScalar(row[k] ?? null, column.type) ?? null)
    const lead = columns[0] ?? name
    byName.set(name, { ...column, rule: { type: 'together', lead, values: own, weights } })
  })
}

/** Comparisons with a value are bounds. */
function narrowByValues(relations: PlacedRelation[], byName: ByName, report: Report): void {
  for (const { low, high, strict, path } of relations) {
    const [operand, other, below] =
      'column' in low ? [low, high, true] : ([high, low, false] as const)
    if (!('column' in operand) || 'column' in other) continue
    const column = byName.get(operand.column)
    if (column === undefined) continue
    const value = unitsOf(other.value as Scalar, column)
    if (value === null) {
      const message = `${quote(other.value)} is no value to compare ${quote(column.name)} with`
      report.problem(path, message, `Write a value of type ${column.type}`)
      continue
    }
    const bounds = boundsOf(column)
    const step = strict ? 1 : 0
    const next = below
      ? { ...bounds, high: Math.min(bounds.high, value - step) }
      : { ...bounds, low: Math.max(bounds.low, value + step) }
    narrow(column, next, path, byName, report)
  }
}

/** Sets the column's bounds, on the grid of its values; false where that cannot be, and the report says why. */
function narrow(
  column: ResolvedColumn,
  { low, high }: { low: number; high: number },
  path: string,
  byName: ByName,
  report: Report,
): boolean {
  const own = boundsOf(column)
  const from = Number.isFinite(own.low)
    ? own.low + Math.ceil((Math.max(low, own.low) - own.low) / own.step) * own.step
    : low
  const to =
    Number.isFinite(own.low) && Number.isFinite(high)
      ? own.low + Math.floor((Math.min(high, own.high) - own.low) / own.step) * own.step
      : Math.min(high, own.high)
  if (from === own.low && to === own.high) return true
  if (from > to) {
    const hint = 'Change the bounds of the columns so that the constraint leaves some values'
    report.problem(path, `The constraint leaves no value of ${quote(column.name)}`, hint)
    return false
  }
  const next = narrowed(column, from, to)
  if (next === null) {
    const message = `The rule ${column.rule?.type ?? ''} of ${quote(column.name)} cannot be kept within the constraint`
    report.problem(path, message, 'Give it a rule with min and max, such as range or date')
    return false
  }
  byName.set(column.name, next)
  return true
}

type Group = { path: string; columns: string[]; edges: [number, number][]; shifts: number[] }

/** Bounds rise along every edge, once each column is lowered by its shift. */
function lowerOrder(group: Group, byName: ByName, report: Report): TableConstraint | null {
  const columns = group.columns.map((name) => byName.get(name) as ResolvedColumn)
  const bounds = columns.map(boundsOf)
  const step = commonStep(columns, bounds, group, report)
  if (step === null) return null
  const shifts = group.shifts.map((shift) => shift * step)
  const lows = bounds.map(({ low }, k) => low - (shifts[k] as number))
  const highs = bounds.map(({ high }, k) => high - (shifts[k] as number))
  // Edges are sorted by their upper end, so that one pass up and one pass down are enough.
  for (const [a, b] of group.edges) lows[b] = Math.max(lows[b] as number, lows[a] as number)
  for (const [a, b] of group.edges.toReversed()) {
    highs[a] = Math.min(highs[a] as number, highs[b] as number)
  }
  const fits = columns.map((column, k) => {
    const shift = shifts[k] as number
    const limits = { low: (lows[k] as number) + shift, high: (highs[k] as number) + shift }
    return narrow(column, limits, group.path, byName, report)
  })
  if (fits.includes(false)) return null
  return { type: 'order', columns: group.columns, edges: group.edges, shifts }
}

/** Values that change places must be of one grid. */
function commonStep(
  columns: ResolvedColumn[],
  bounds: ColumnBounds[],
  { path }: Group,
  report: Report,
): number | null {
  const [first, grid] = [columns[0], bounds[0]]
  if (first === undefined || grid === undefined) return null
  for (const [k, column] of columns.entries()) {
    const own = bounds[k] as ColumnBounds
    const digits = digitsOf(column) === digitsOf(first)
    const offset = (own.low - grid.low) % grid.step
    if (digits && own.step === grid.step && (grid.step === 1 || offset === 0)) continue
    const message = `${quote(first.name)} and ${quote(column.name)} have values of different steps or digits`
    report.problem(path, message, 'Write the same decimals and step for both')
    return null
  }
  return grid.step
}

function lowerSum(
  { path, columns, equals, shares }: Extract<TableConstraintConfig, { type: 'sum' }>,
  table: TableConfig,
  byName: ByName,
  report: Report,
): TableConstraint {
  const members = columns.map((name) => byName.get(name) as ResolvedColumn)
  const digits = new Set(members.map(digitsOf))
  if (digits.size > 1) {
    const hint = 'Write the same type, such as decimal(10,2), for all of them'
    report.problem(path, 'The columns of a sum have different digits after the point', hint)
  }
  const parts = members.map(boundsOf)
  const total = totalBounds(equals, members[0] as ResolvedColumn, byName)
  const given = columns.every((name) => table.columns.find((one) => one.name === name)?.rule_given)
  const finite = parts.every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
  if (shares || !given || !finite || total === null)
    return { type: 'sum', columns, equals, bounds: null }
  const [least, most] = [sum(parts.map(({ low }) => low)), sum(parts.map(({ high }) => high))]
  if (total.low < least || total.high > most) {
    const unit = 10 ** digitsOf(members[0] as ResolvedColumn)
    const range = (low: number, high: number) =>
      low === high ? `${low / unit}` : `${low / unit} to ${high / unit}`
    report.problem(
      at(path, 'equals'),
      `${columns.join(', ')} add up to ${range(least, most)} by their rules, not to ${range(total.low, total.high)}`,
      'Widen their bounds, or write shares: true',
    )
  }
  return { type: 'sum', columns, equals, bounds: parts.map(({ low, high }) => [low, high]) }
}

const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0)

/** Of a number or of one column with bounds; null where only each row knows. */
function totalBounds(equals: string, first: ResolvedColumn, byName: ByName): ColumnBounds | null {
  const number = Number(equals)
  if (Number.isFinite(number)) {
    const value = unitsOf(number, first) ?? 0
    return { low: value, high: value, step: 1 }
  }
  const column = byName.get(equals.trim())
  if (column === undefined || digitsOf(column) !== digitsOf(first)) return null
  const bounds = boundsOf(column)
  return Number.isFinite(bounds.low) && Number.isFinite(bounds.high) ? bounds : null
}
