// The pairs of columns of an evaluation's report: maps of how they hang together in both tables and of the scores, and
// the pairs that differ most.

import { figure } from '#engine/report/figures.ts'
import { type Html, html } from '#engine/report/html.ts'
import { renderTable } from '#engine/report/page.ts'
import { heatMap } from '#engine/report/plots.ts'
import type { Evaluation } from '../evaluation.ts'

/** Maps show the first columns, tables the worst pairs. */
const MAP_COLUMNS_MAX = 40
const WORST_PAIRS = 20

/** Of a number beside a category, as SDMetrics cuts it. */
const BINS_OF_TRENDS = 10

type Matrix = readonly (readonly (number | null)[])[]

export function renderPairs({ associations, trends }: Evaluation): Html {
  const names = associations.columns.slice(0, MAP_COLUMNS_MAX)
  if (names.length < 2) return html`<p>There are fewer than two columns.</p>`
  const difference = names.map((_, row) =>
    names.map((_, at) => {
      const [a, b] = [associations.real[row]?.[at], associations.synthetic[row]?.[at]]
      return typeof a === 'number' && typeof b === 'number' ? b - a : null
    }),
  )
  const map = (title: string, values: Matrix): Html =>
    html`<div class="card"><h3>${title}</h3>${heatMap(names, values)}</div>`
  const worst = trends.pairs
    .filter(({ score }) => score !== null)
    .sort((a, b) => (a.score as number) - (b.score as number))
    .slice(0, WORST_PAIRS)
    .map(({ columns: [a, b], score, real, synthetic, counts }) => [
      a,
      b,
      figure(score),
      figure(real),
      figure(synthetic),
      counts ? 'yes' : 'no',
    ])
  const head = ['column', 'with', 'score', 'real', 'synthetic', 'hangs together']
  return html`<p class="soft">Pearson’s correlation of two numbers, Cramér’s V of two categories, the correlation ratio of one of each.</p><div class="cards">${[
    map('Real', associations.real),
    map('Synthetic', associations.synthetic),
    map('Difference', difference),
  ]}</div><h3>The pairs that differ most</h3>${renderTable(head, worst, 2)}<p class="soft">Real and synthetic are how strongly the two hang together. The score is Column Pair Trends; with a category it compares the shares of ${BINS_OF_TRENDS} bins between the extremes of each table, so a number whose extremes differ scores low in all its pairs.</p>`
}
