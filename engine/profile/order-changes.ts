// Columns that are in order in every row: made one from the other where that leaves little open, else compared.

import type { GeneratedRule } from '#engine/models/prepare.ts'
import { isTemporal } from '#engine/table/table.ts'
import type { WrittenColumn } from './column-config.ts'
import { unitOf } from './number-profile.ts'
import type { ColumnProfile, Histogram, Order, Profile } from './profile.ts'
import { type Change, columnOf, constrain, isPlain } from './written-config.ts'

/** Of the higher column's variance, what the gap to the lower one may have for one to be made from the other. */
const GAP_SHARE = 0.5
const COMPARED_MAX = 20

/** The likeliest first; `decided` are columns that something else makes. */
export function* orderChanges(
  { orders, columns }: Profile,
  decided: ReadonlySet<string>,
): Generator<Change> {
  const made = new Set(decided)
  let compared = 0
  for (const order of orders.toSorted((a, b) => a.gap_share - b.gap_share)) {
    const { low, high, strict } = order
    if (!isPlain(low) || !isPlain(high) || made.has(high) || decided.has(low)) continue
    const nullable = columns.some(({ name, nulls }) => name === low && nulls > 0)
    const column = columns.find(({ name }) => name === high) as ColumnProfile
    if (!nullable && order.gap_share <= GAP_SHARE && column.type !== 'time') {
      made.add(high)
      const rule = ruleFrom(order, column)
      yield {
        change: (table) => {
          const later = columnOf(table, high)
          later.rule = rule
          if (column.layout !== null) later.format = column.layout
          withoutZone(columnOf(table, low))
        },
      }
    } else if (compared++ < COMPARED_MAX)
      yield {
        change: (table) => constrain(table, { check: `${low} ${strict ? '<' : '<='} ${high}` }),
        keeps: isTemporal(column.type) ? [] : [low, high],
      }
  }
}

/** Computed moments are shown in UTC: those they are computed from too, so that files stay in order. */
function withoutZone(column: WrittenColumn): void {
  const { rule } = column
  if (rule === undefined || !('zone' in rule)) return
  const { min, max, format } = rule
  column.rule = { type: 'range', min, max }
  if (typeof format === 'string') column.format = format
}

function ruleFrom({ low, gap }: Order, { type, decimals }: ColumnProfile): GeneratedRule {
  const draw = drawExpression(gap, unitOf({ type, decimals }))
  if (type === 'date' || type === 'datetime') {
    const unit = type === 'date' ? 'days' : 'seconds'
    return { type: 'expression', value: `${low} + duration(${unit}: ${draw})` }
  }
  return { type: 'expression', value: `${low} + ${draw}`, ...(decimals > 0 ? { decimals } : {}) }
}

/** A formula that draws a bin by its share and a value within it; `unit` is the step of values. */
export function drawExpression({ edges, shares }: Histogram, unit: number): string {
  const bins = shares.flatMap((share, at): Bin[] => {
    const [from, to] = [edges[at] as number, edges[at + 1] as number]
    return share > 0 ? [{ share, from, to: to - unit }] : []
  })
  return drawOneOf(bins, unit)
}

type Bin = { share: number; from: number; to: number }

function drawOneOf(bins: readonly Bin[], unit: number): string {
  const [bin] = bins
  if (bin === undefined) return '0'
  if (bins.length === 1) {
    const [from, to] = [bin.from, Math.max(bin.from, Number(bin.to.toPrecision(12)))]
    if (from === to) return String(from)
    return unit === 1 ? `range(${from}, ${to})` : `uniform(${from}, ${to})`
  }
  const half = Math.ceil(bins.length / 2)
  const sum = (some: readonly Bin[]): number => some.reduce((total, { share }) => total + share, 0)
  const first = Number((sum(bins.slice(0, half)) / sum(bins)).toPrecision(6))
  return `if(uniform(0, 1) < ${first}, ${drawOneOf(bins.slice(0, half), unit)}, ${drawOneOf(bins.slice(half), unit)})`
}
