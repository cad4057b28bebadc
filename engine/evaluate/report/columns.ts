// The columns of an evaluation's report: a plot of both distributions over each other, and the scores.

import { figure, percent } from '#engine/report/figures.ts'
import { type Html, html } from '#engine/report/html.ts'
import { renderTable } from '#engine/report/page.ts'
import { barsPlot, histogramPlot, type Series } from '#engine/report/plots.ts'
import type { Evaluation } from '../evaluation.ts'
import type { Overlay } from '../overlays.ts'

/** Columns beyond are in the table of scores and not drawn. */
const PLOTS_MAX = 100

export function renderColumns({ overlays, shapes, tests, adherence }: Evaluation): Html {
  const rows = shapes.columns.map(({ column, score }, at) => {
    const { missing, coverage, adherence: valid } = adherence[at] ?? {}
    const test = tests[at]
    return [
      column,
      figure(score),
      figure(test?.statistic ?? null),
      figure(test?.p_value ?? null),
      figure(coverage ?? null),
      figure(valid ?? null),
      figure(missing ?? null),
    ]
  })
  const head = ['column', 'shape', 'statistic', 'p', 'coverage', 'adherence', 'nulls']
  const plots = overlays.slice(0, PLOTS_MAX).map((overlay, at) => {
    const score = shapes.columns[at]?.score ?? null
    return html`<div class="card"><h3>${overlay.column} <span class="soft">${figure(score)}</span></h3>${renderOverlay(overlay)}</div>`
  })
  return html`${renderTable(head, rows)}<p class="soft">Shape is 1 less the distance between both distributions. Coverage is how much of the real range or levels synthetic rows have, adherence the share of their values within it, nulls how alike the shares of nulls are: 1 is as real. The statistic is Kolmogorov and Smirnov’s D of numbers and times, chi-square of levels; a small p says that chance alone makes the two samples differ as much in so few cases.</p><div class="cards">${plots}</div>`
}

function renderOverlay(overlay: Overlay): Html {
  const { edges, labels, real, synthetic, nulls, other } = overlay
  const series = (a: readonly number[], b: readonly number[]): Series[] => [
    { name: 'real', shares: a },
    { name: 'synthetic', shares: b },
  ]
  if (edges) {
    const gaps = nulls[0] + nulls[1] > 0
    const note = gaps
      ? html`<p class="soft">null: ${percent(nulls[0])} / ${percent(nulls[1])}</p>`
      : null
    return html`${histogramPlot(edges, series(real, synthetic), labelOf(overlay))}${note}`
  }
  const extra = [
    { label: 'all others', shares: other },
    { label: 'null', shares: nulls },
  ].filter(({ shares: [a, b] }) => a + b > 0)
  return barsPlot(
    [...(labels ?? []), ...extra.map(({ label }) => label)],
    series(
      [...real, ...extra.map(({ shares }) => shares[0])],
      [...synthetic, ...extra.map(({ shares }) => shares[1])],
    ),
  )
}

const DAY_MS = 86_400_000

/** Days and seconds as dates and times of the day. */
function labelOf({ type }: Overlay): (edge: number) => string {
  const iso = (ms: number): string => {
    const date = new Date(ms)
    return Number.isNaN(date.getTime()) ? figure(ms) : date.toISOString()
  }
  if (type === 'date') return (edge) => iso(edge * DAY_MS).slice(0, 10)
  if (type === 'datetime') return (edge) => iso(edge * 1000).slice(0, 16)
  if (type === 'time') return (edge) => iso(edge * 1000).slice(11, 16)
  return figure
}
