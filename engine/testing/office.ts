// A table whose times have laws: office hours on working days, busier in spring, days of payment at ends of months, and
// departments that belong to sites.

import { SECONDS_PER_DAY } from '#engine/math/calendar.ts'
import { firstDay, monthOf, weekdayOf } from '#engine/models/derived/calendar-parts.ts'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'

const FIRST = 18_700
const DAYS = 900

const field = (name: string, type: Field['type']): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null }
}

const category = (name: string, codes: Int32Array, levels: string[]): Column => {
  return { kind: 'category', field: field(name, 'category'), codes, levels }
}

/**
 * `opened` on weekdays from 8 to 18 hours, each third one in April, in whole minutes; `closed` some hours later, null in
 * a tenth; `due` on the last day of a month, else a first; `channel` by the hour opened; `site` and `floor` by `dept`.
 */
export function officeTable(rows: number): Table {
  const random = createSeededRandom(1, 'office')
  const opened = new Float64Array(rows)
  const due = new Float64Array(rows)
  const channel = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    let day = FIRST + random.below(DAYS)
    const wanted = random.unit() < 0.3
    while (weekdayOf(day) > 4 || (wanted && (monthOf(day) + 1200) % 12 !== 3))
      day = FIRST + random.below(DAYS)
    const hour = random.unit() < 0.7 ? 8 + 4 * random.unit() : 13 + 5 * random.unit()
    opened[row] = day * SECONDS_PER_DAY + 60 * Math.floor(60 * hour)
    due[row] = firstDay(monthOf(day) + 1) - (random.unit() < 0.7 ? 1 : 0)
    channel[row] = random.unit() < 0.9 ? Number(hour > 12) : random.below(2)
  }
  const closed = opened.map((value) =>
    random.unit() < 0.1 ? Number.NaN : value + Math.round(3600 * Math.exp(random.normal())),
  )
  const dept = Int32Array.from(opened, () => Math.floor(40 * random.unit() ** 1.5))
  const names = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name} ${i}`)
  const number = (of: Field, values: Float64Array): Column => ({
    kind: 'number',
    field: of,
    values,
  })
  return {
    ...{ name: 'office', rows },
    columns: [
      number(field('opened', 'datetime'), opened),
      number(field('closed', 'datetime'), closed),
      number(field('due', 'date'), due),
      category('channel', channel, ['phone', 'web']),
      category(
        'site',
        dept.map((code) => (code * 7) % 9),
        names('site', 9),
      ),
      category('dept', dept, names('dept', 40)),
      number(
        field('floor', 'integer'),
        Float64Array.from(dept, (code) => ((code * 7) % 9) % 4),
      ),
    ],
  }
}
