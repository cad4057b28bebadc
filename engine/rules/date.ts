// date, datetime and time: uniform over the days or seconds from min to max, both included; of business days alone
// where the rule says; shown in a zone or a layout where it says.

import { createUtcOf, offsetAt, type ZoneOffsets, zoneOffsets } from '#engine/data/zones.ts'
import { AppError } from '#engine/errors.ts'
import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { businessCount, businessIndex, businessUnit } from './business-days.ts'
import { createIndexDraw } from './index-draw.ts'
import type { NumberKernel, RuleContext, RuleOf } from './kernel.ts'
import { createShown } from './shown-time.ts'
import { numberVector } from './vector.ts'

type TimeRule = RuleOf<'date' | 'datetime' | 'time'>

/** Of moments shown in a zone, unless the rule says otherwise. */
export const ZONED_LAYOUT = '%Y-%m-%dT%H:%M:%S%:z'
/** Of text columns, which hold no numbers. */
const LAYOUTS = { date: '%F', datetime: '%FT%TZ', time: '%T' } as const

/** Business days are those of the zone: draws are local seconds, brought back to UTC. */
function businessDays(rule: TimeRule, zone: ZoneOffsets | null, context: RuleContext) {
  const unit = rule.type === 'date' ? 1 : SECONDS_PER_DAY
  const local = (value: number): number => (zone ? value + offsetAt(zone, value) : value)
  const [min, max] = [local(rule.min), local(rule.max)]
  const first = businessIndex(min, unit)
  const count = businessCount(min, max, unit)
  if (count <= 0) {
    const message = `column ${context.column.name}: there is no business day between its bounds`
    throw new AppError('invalid_config', message)
  }
  const draw = createIndexDraw(context, count)
  if (zone === null) return { draw, place: (index: number) => businessUnit(first + index, unit) }
  const toUtc = createUtcOf(zone)
  const { min: earliest, max: latest } = rule
  const place = (index: number): number =>
    Math.min(Math.max(toUtc(businessUnit(first + index, unit)), earliest), latest)
  return { draw, place }
}

function drawn(rule: TimeRule, zone: ZoneOffsets | null, context: RuleContext): NumberKernel {
  const vector = numberVector(rule.type, 0, context.capacity)
  const { values } = vector
  if ('business_days' in rule && rule.business_days) {
    const { draw, place } = businessDays(rule, zone, context)
    return {
      vector,
      fill(rows) {
        draw(values, rows)
        for (let i = 0; i < rows.n; i++) values[i] = place(values[i] as number)
      },
    }
  }
  const draw = createIndexDraw(context, rule.max - rule.min + 1)
  const { min } = rule
  return {
    vector,
    fill(rows) {
      draw(values, rows)
      for (let i = 0; i < rows.n; i++) values[i] = min + (values[i] as number)
    },
  }
}

export function compileDate(rule: TimeRule, context: RuleContext): NumberKernel {
  const name = rule.type === 'datetime' ? rule.zone : undefined
  const zone = name === undefined ? null : zoneOffsets(name, rule.min, rule.max)
  const kernel = drawn(rule, zone, context)
  const plain = context.column.type === 'str' ? LAYOUTS[rule.type] : null
  const layout = rule.format ?? (zone ? ZONED_LAYOUT : plain)
  if (layout === null) return kernel
  const shown = createShown(layout, rule.type, zone, context.capacity)
  return {
    vector: { ...kernel.vector, shown: shown.vector },
    fill(rows) {
      kernel.fill(rows)
      shown.fill(kernel.vector.values, rows.n)
    },
  }
}
