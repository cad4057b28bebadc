// A profile as a page for people: one HTML file.

import { figure, percent, shortened } from '#engine/report/figures.ts'
import { type Html, html } from '#engine/report/html.ts'
import { renderPage, renderTable, type Section } from '#engine/report/page.ts'
import { barsPlot, heatMap, histogramPlot } from '#engine/report/plots.ts'
import { isTemporal } from '#engine/table/table.ts'
import { timeValue } from './column-config.ts'
import type { ColumnProfile, Estimate, Finding, PairProfile, Profile } from './profile.ts'

const BARS = 10
const MAPPED_MAX = 60
const LISTED = 50

/** Loads and runs nothing; names and values are escaped. */
export function renderProfile(profile: Profile): string {
  const { table, rows, sampled_rows, columns, quality } = profile
  const sample =
    sampled_rows < rows
      ? html`; plots and pairs are of ${figure(sampled_rows)} of them, drawn at random`
      : null
  return renderPage({
    title: `Profile of ${table}`,
    lead: html`${figure(rows)} rows, ${figure(columns.length)} columns${sample}. Quality ${figure(quality.score)} of 100.`,
    sections: [
      { title: 'Advice', body: adviceOf(quality.findings) },
      { title: 'Overview', body: overviewOf(profile) },
      {
        title: 'Columns',
        body: html`<div class="cards">${columns.map((one) => cardOf(one, rows))}</div>`,
      },
      ...betweenColumns(profile),
    ],
  })
}

function adviceOf(findings: readonly Finding[]): Html {
  if (findings.length === 0) return html`<p class="good">Nothing to remark.</p>`
  const rows = findings
    .slice(0, LISTED)
    .map(({ advice, points }) => [html`${advice}`, points === 0 ? '' : `-${points.toFixed(2)}`])
  return renderTable(['what', 'points'], rows)
}

function counted({ count, exact, error }: Estimate): string {
  return exact ? figure(count) : `about ${figure(count)} (±${percent(error)})`
}

function overviewOf({ columns, rows, duplicate_rows, keys }: Profile): Html {
  const lines = columns.map(
    ({ name, type, semantic, nulls, distinct, sorted, unique, constant }) => {
      const marks = [unique ? 'unique' : '', constant ? 'constant' : '', sorted ?? '']
      return [
        name,
        type,
        semantic ?? '',
        marks.filter((mark) => mark !== '').join(', '),
        percent(rows === 0 ? null : nulls / rows),
        counted(distinct),
      ]
    },
  )
  const named = keys.map((key) => key.columns.join(' + ')).slice(0, LISTED)
  const head = ['column', 'type', 'meaning', 'is', 'nulls', 'distinct']
  return html`${renderTable(head, lines, 4)}
<p>Rows that repeat an earlier one: ${counted(duplicate_rows)}. Keys: ${named.length === 0 ? 'none' : named.join('; ')}.</p>`
}

function cardOf(column: ColumnProfile, rows: number): Html {
  const { name, numbers, top_values, pii, type } = column
  const label = (value: number): string =>
    isTemporal(type) ? timeValue(type, value) : figure(value)
  const about =
    pii === null
      ? null
      : html`<p class="bad">Personal data: ${pii.class.replaceAll('_', ' ')}${pii.confidence === null ? '' : `, ${percent(pii.confidence)} of the values`}. Values are not shown.</p>`
  const present = Math.max(1, rows - column.nulls)
  const tops = (top_values ?? []).slice(0, BARS)
  const bars =
    numbers === null && tops.length > 0
      ? barsPlot(
          tops.map(({ value }) => String(value)),
          [{ name: 'rows', shares: tops.map((top) => top.rows / present) }],
        )
      : null
  const parts = [bars, numbersOf(column, label), bars === null ? textsOf(column) : null]
  const seen = parts.filter((part) => part !== null)
  const isEmpty = about === null && seen.length === 0
  return html`<div class="card"><h3>${name}</h3>${about}${seen}${isEmpty ? unseen(column) : null}</div>`
}

/** Why nothing of a column is drawn. */
function unseen({ nulls, distinct, rule }: ColumnProfile): Html {
  if (distinct.count === 0)
    return html`<p class="soft">${nulls === 0 ? 'No rows.' : 'Only nulls.'}</p>`
  const why = rule === null ? 'Each is of too few rows' : 'They may tell rows apart'
  const made = rule === null ? null : html`, and are made anew by the rule ${rule.type}`
  return html`<p class="soft">${why}: values are not shown${made}.</p>`
}

function numbersOf(
  { numbers, type }: ColumnProfile,
  label: (value: number) => string,
): Html | null {
  if (numbers === null) return null
  const { histogram, quantiles, mean, deviation, law, zeros } = numbers
  const plot = histogramPlot(histogram.edges, [{ name: 'rows', shares: histogram.shares }], label)
  const middle = [1, 4, 5, 6, 9].map((at) => label(quantiles[at] as number)).join(' · ')
  const fit =
    law === null
      ? null
      : html`<p class="soft">nearest law: ${lawText(law.rule)}, distance ${figure(law.distance)}</p>`
  const sums = isTemporal(type)
    ? null
    : html`<p class="soft">mean ${figure(mean)}, deviation ${figure(deviation)}, zeros ${figure(zeros)}</p>`
  return html`${plot}<p class="soft">1 %, quarters and 99 %: ${middle}</p>${sums}${fit}`
}

function lawText({ type, ...parameters }: { type: string } & Record<string, unknown>): string {
  const written = Object.entries(parameters).map(
    ([key, value]) => `${key} ${figure(Number(value))}`,
  )
  return `${type} (${written.join(', ')})`
}

function textsOf({ texts, rule }: ColumnProfile): Html | null {
  if (texts === null) return null
  const patterns = texts.patterns.slice(0, BARS)
  const bars =
    patterns.length === 0
      ? null
      : barsPlot(
          patterns.map(({ pattern }) => pattern),
          [{ name: 'values', shares: patterns.map(({ share }) => share) }],
        )
  const made = rule === null ? null : html`<p class="soft">made anew by the rule ${rule.type}</p>`
  return html`${bars}<p class="soft">${figure(texts.shortest)} to ${figure(texts.longest)} characters, ${figure(texts.mean_length)} on average</p>${made}`
}

function betweenColumns(profile: Profile): Section[] {
  const { pairs, dependencies, orders, sums, null_patterns } = profile
  const sections: Section[] = []
  if (pairs.length > 0) sections.push({ title: 'Associations', body: associationsOf(profile) })
  const holds = [
    ...dependencies.map(({ determinant, dependent, share }) => [
      `${determinant} decides ${dependent}`,
      percent(share),
    ]),
    ...orders.map(({ low, high, strict }) => [`${low} ${strict ? '<' : '≤'} ${high}`, percent(1)]),
    ...sums.map(({ parts, total }) => [`${parts.join(' + ')} = ${total}`, percent(1)]),
  ]
  if (holds.length > 0)
    sections.push({
      title: 'What holds between columns',
      body: renderTable(['what', 'rows'], holds.slice(0, LISTED)),
    })
  if (null_patterns.length > 0) {
    const lines = null_patterns.map(({ columns, share }) => [columns.join(', '), percent(share)])
    sections.push({ title: 'Null together', body: renderTable(['columns', 'rows'], lines) })
  }
  return sections
}

/** Correlation of two numbers, else the corrected V or the correlation ratio. */
function strengthOf({
  spearman,
  pearson,
  cramers_v,
  correlation_ratio,
}: PairProfile): number | null {
  return spearman ?? pearson ?? cramers_v ?? correlation_ratio
}

function associationsOf({ pairs }: Profile): Html {
  const names = [...new Set(pairs.flatMap(({ columns }) => columns))].slice(0, MAPPED_MAX)
  const byNames = new Map(pairs.map((pair) => [JSON.stringify(pair.columns), strengthOf(pair)]))
  const value = (a: string, b: string): number | null =>
    a === b
      ? 1
      : (byNames.get(JSON.stringify([a, b])) ?? byNames.get(JSON.stringify([b, a])) ?? null)
  const map = heatMap(
    names,
    names.map((a) => names.map((b) => value(a, b))),
  )
  const strongest = pairs
    .map((pair) => ({ pair, strength: strengthOf(pair) ?? 0 }))
    .sort((a, b) => Math.abs(b.strength) - Math.abs(a.strength))
    .slice(0, BARS)
    .map(({ pair: { columns, pearson, spearman, cramers_v, correlation_ratio } }) => [
      columns.map((name) => shortened(name, 40)).join(' and '),
      ...[pearson, spearman, cramers_v, correlation_ratio].map(figure),
    ])
  return html`${map}<p class="soft">Spearman's correlation of numbers, Cramer's V of categories, correlation ratio of both.</p>
${renderTable(['strongest pairs', 'Pearson', 'Spearman', "Cramer's V", 'correlation ratio'], strongest)}`
}
