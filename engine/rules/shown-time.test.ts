import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { parseDate, parseDatetime } from '#engine/math/calendar.ts'
import { valuesOf } from '#engine/testing/bytes.ts'
import { column, configOf, table } from '#engine/testing/configs.ts'
import { fileOfAnyCut } from '#engine/testing/cuts.ts'
import { businessCount, businessIndex, businessUnit } from './business-days.ts'
import { parseLayout } from './layout.ts'

const NOW = 1_767_225_600

function read(columns: string, rows = 400): ResolvedConfig {
  const { config, problems } = parseConfig(
    `{seed: 3, tables: [{name: t, rows: ${rows}, columns: [${columns}]}]}`,
  )
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: NOW }).resolved
}

const problemsOf = (rule: string, type = 'datetime') =>
  parseConfig(`{tables: [{name: t, columns: [{name: x, type: ${type}, rule: ${rule}}]}]}`).problems

test('business days are counted and found as by looking at every day', () => {
  const days = fc.integer({ min: -800, max: 800 })
  const isBusiness = (day: number) => {
    const weekday = new Date(day * 86_400_000).getUTCDay()
    return weekday >= 1 && weekday <= 5
  }
  fc.assert(
    fc.property(days, fc.integer({ min: 0, max: 40 }), (min, span) => {
      const list = Array.from({ length: span + 1 }, (_, k) => min + k).filter(isBusiness)
      assert.equal(businessCount(min, min + span, 1), list.length)
      const first = businessIndex(min, 1)
      assert.deepEqual(
        list.map((_, k) => businessUnit(first + k, 1)),
        list,
      )
    }),
  )
})

test('business days are drawn all alike, down to parts of days at both ends', () => {
  const config = read(
    `{name: d, type: date, rule: {type: date, min: "2026-01-01", max: "2026-01-31", business_days: true}, constraints: [unique]},
     {name: t, type: datetime, rule: {type: datetime, min: "2026-01-02T23:59:58Z", max: "2026-01-05T00:00:01Z", business_days: true}}`,
    22,
  )
  const days = valuesOf(config, 't', 'd').map((text) => parseDate(String(text)) ?? 0)
  assert.equal(new Set(days).size, 22)
  assert.ok(days.every((day) => (day + 3) % 7 < 5))
  const ends = ['2026-01-02T23:59:58Z', '2026-01-02T23:59:59Z', '2026-01-05T00:00:00Z']
  assert.deepEqual(new Set(valuesOf(config, 't', 't')), new Set([...ends, '2026-01-05T00:00:01Z']))
  const weekend = '{type: date, min: "2026-01-03", max: "2026-01-04", business_days: true}'
  assert.equal(problemsOf(weekend, 'date')[0]?.path, '/tables/0/columns/0/rule/business_days')
})

test('a zone moves bounds and text, not the moments', () => {
  const config = read(
    `{name: x, type: datetime, rule: {type: datetime, min: "2025-03-29", max: "2025-03-30", zone: europe/berlin}},
     {name: y, type: datetime, rule: {type: expression, value: "x"}}`,
    3000,
  )
  assert.deepEqual(config.tables[0]?.columns[0]?.rule, {
    ...{ type: 'datetime', zone: 'Europe/Berlin' },
    min: parseDatetime('2025-03-28T23:00:00Z'),
    max: parseDatetime('2025-03-30T21:59:59Z'),
  })
  const shown = valuesOf(config, 't', 'x').map(String)
  const plain = valuesOf(config, 't', 'y').map(String)
  shown.forEach((text, i) => {
    assert.match(text, /^2025-03-(29|30)T\d\d:\d\d:\d\d\+0[12]:00$/)
    assert.equal(Date.parse(text), Date.parse(plain[i] ?? ''))
  })
  assert.deepEqual(new Set(shown.map((text) => text.slice(-6))), new Set(['+01:00', '+02:00']))
  fileOfAnyCut(config, 't')
})

test('business days of a zone are its own', () => {
  const config = read(
    '{name: x, type: datetime, rule: {type: datetime, last: "30 days", zone: Pacific/Auckland, business_days: true}}',
    2000,
  )
  for (const text of valuesOf(config, 't', 'x').map(String)) {
    const weekday = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDay()
    assert.ok(weekday >= 1 && weekday <= 5, text)
  }
})

test("layouts are those of the runtime's own formatting", () => {
  const layout = '%Y|%y|%m|%d|%j|%H|%I|%M|%S|%s|%b|%B|%a|%A|%p|%z|%:z|%F %T|%-d/%-m|100%%'
  const config = read(
    `{name: x, type: str, rule: {type: datetime, min: "1960-01-01", max: "2090-12-31", zone: America/New_York, format: "${layout}"}}`,
    600,
  )
  const names = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'America/New_York' })
  const [month, weekday] = [names({ month: 'long' }), names({ weekday: 'long' })]
  const clock = names({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: true })
  for (const text of valuesOf(config, 't', 'x').map(String)) {
    const [year = '', , monthNumber, day, , hour, hour12, minute, second, epoch, ...rest] =
      text.split('|')
    const moment = new Date(Number(epoch) * 1000)
    const [short, long, dayShort, dayLong, half, basic, colon, iso, plain, percent] = rest
    assert.equal(long, month.format(moment))
    assert.equal(short, long?.slice(0, 3))
    assert.equal(dayLong, weekday.format(moment))
    assert.equal(dayShort, dayLong?.slice(0, 3))
    assert.equal(`${hour12}:${minute}:${second} ${half}`, clock.format(moment))
    assert.equal(iso, `${year}-${monthNumber}-${day} ${hour}:${minute}:${second}`)
    assert.equal(Date.parse(`${iso?.replace(' ', 'T')}${colon}`), moment.getTime())
    assert.equal(basic, colon?.replace(':', ''))
    assert.equal(plain, `${Number(day)}/${Number(monthNumber)}`)
    assert.equal(percent, '100%')
  }
  fileOfAnyCut(config, 't')
})

test('letters are read as LDML has them, and what stands for nothing is named', () => {
  const one = (layout: string) =>
    valuesOf(
      configOf([
        table('t', 1, [
          column('x', 'str', {
            type: 'datetime',
            min: 1_709_251_509,
            max: 1_709_251_509,
            format: layout,
          }),
        ]),
      ]),
      't',
      'x',
    )[0]
  assert.equal(one("yyyy-MM-dd'T'HH:mm:ssXXX"), '2024-03-01T00:05:09Z')
  assert.equal(one("EEE, d MMM yy 'at' h:mm a"), 'Fri, 1 Mar 24 at 12:05 AM')
  assert.equal(one("MM/DD/YYYY hh 'o''clock'"), "03/01/2024 12 o'clock")
  assert.deepEqual(parseLayout('yyyy QQ'), { fault: 'QQ' })
  assert.deepEqual(parseLayout('%Y %Q'), { fault: '%Q' })
  assert.deepEqual(parseLayout("d 'open"), { fault: "'" })
  assert.equal(
    problemsOf('{type: datetime, format: "yyyy QQ"}')[0]?.path,
    '/tables/0/columns/0/rule/format',
  )
  assert.match(problemsOf('{type: datetime, zone: Europe/Berln}')[0]?.hint ?? '', /Europe\/Berlin/)
})

test('a column of dates shows its layout and stays a date for what reads it; branches keep theirs', () => {
  const config = read(
    `{name: d, type: date, rule: {type: date, min: "2025-02-03", max: "2025-02-03", format: "%d.%m.%Y"}, nullable: 0.3},
     {name: y, type: int, rule: {type: expression, value: "year(d) * 100 + month(d)"}},
     {name: n, type: int, rule: sequence},
     {name: e, type: date, rule: {type: constant, value: "2025-01-01"}, conditional_rules:
       [{condition: {column: n, operator: ">", value: 200}, rule: {type: date, min: "2025-02-03", max: "2025-02-03", format: "dd/MM/yy"}}]}`,
  )
  for (const row of fileOfAnyCut(config, 't').split('\n').slice(1, -1)) {
    const [d, y, n, e] = row.split(',')
    assert.ok((d === '' && y === '') || (d === '03.02.2025' && y === '202502'), row)
    assert.equal(e, Number(n) > 200 ? '03/02/25' : '2025-01-01')
  }
})
