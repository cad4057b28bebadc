// An evaluation as one HTML page that stands alone: the verdict first, then every figure and plot behind it.

import { figure } from '#engine/report/figures.ts'
import { type Html, html } from '#engine/report/html.ts'
import { renderPage, renderTable } from '#engine/report/page.ts'
import type { Evaluation } from '../evaluation.ts'
import type { Grade, Judgement } from '../verdict.ts'
import { renderColumns } from './columns.ts'
import { renderPairs } from './pairs.ts'
import { renderPrivacy } from './privacy.ts'

export type ReportNames = {
  /** What the page is about; by default that it is an evaluation. */
  title?: string
}

/** The page loads and runs nothing; names and values of the tables are shown as text. */
export function renderEvaluation(
  evaluation: Evaluation,
  { title = 'Evaluation of a synthetic table' }: ReportNames = {},
): string {
  const { rows, verdict } = evaluation
  const held = rows.holdout === null ? '' : `, and ${figure(rows.holdout)} held-out ones`
  return renderPage({
    title,
    lead: html`<p>${figure(rows.synthetic)} synthetic rows against ${figure(rows.real)} real ones${held}. Scores are from 0 to 1, and 1 is best where nothing else is said.</p>`,
    sections: [
      {
        title: 'Verdict',
        body: html`<div class="cards">${[
          renderJudgement('Quality', verdict.quality),
          renderJudgement('Privacy', verdict.privacy),
        ]}</div>`,
      },
      { title: 'Scores', body: renderScores(evaluation) },
      { title: 'Columns', body: renderColumns(evaluation) },
      { title: 'Pairs of columns', body: renderPairs(evaluation) },
      { title: 'Privacy', body: renderPrivacy(evaluation.privacy) },
      { title: 'What was measured', body: renderScope(evaluation) },
    ],
  })
}

const GRADE_NAMES: Readonly<Record<Grade, string>> = {
  good: 'good',
  fair: 'fair',
  poor: 'poor',
  unknown: 'not known',
}

const GRADE_CLASSES: Readonly<Record<Grade, string>> = {
  good: 'good',
  fair: 'soft',
  poor: 'bad',
  unknown: 'soft',
}

function renderGrade(grade: Grade): Html {
  return html`<strong class="${GRADE_CLASSES[grade]}">${GRADE_NAMES[grade]}</strong>`
}

function renderJudgement(name: string, { grade, sentences }: Judgement): Html {
  const lines = sentences.map((line) => html`<p>${renderGrade(line.grade)}: ${line.text}</p>`)
  const isPart = grade === 'good' && sentences.some((line) => line.grade === 'unknown')
  const limit = isPart ? ', as far as is known' : null
  return html`<div class="card"><h3>${name}: ${renderGrade(grade)}${limit}</h3>${lines}</div>`
}

function renderScores(evaluation: Evaluation): Html {
  const { quality, shapes, trends, ceiling, detection, utility, associations } = evaluation
  const auc = (
    name: string,
    { auc: area, interval }: typeof detection.boosted_trees,
    best: number | null,
  ) => [
    name,
    interval ? `${figure(area)} (${figure(interval[0])} to ${figure(interval[1])})` : figure(area),
    figure(best),
    '0.5',
  ]
  const rows = [
    ['Column Shapes', figure(shapes.score), figure(ceiling.shapes), '1'],
    ['Column Pair Trends, all pairs', figure(trends.all_pairs), figure(ceiling.trends), '1'],
    [
      'Column Pair Trends, pairs that hang together',
      figure(trends.thresholded),
      figure(ceiling.trends_thresholded),
      '1',
    ],
    ['Quality, all pairs', figure(quality.all_pairs), figure(null), '1'],
    ['Quality, pairs that hang together', figure(quality.thresholded), figure(null), '1'],
    ['Mean difference of associations', figure(associations.distance), figure(null), '0'],
    [
      'Mean difference of rank correlations',
      figure(associations.ranks.distance),
      figure(null),
      '0',
    ],
    auc(
      'AUC of boosted trees that tell rows apart',
      detection.boosted_trees,
      ceiling.detection_auc,
    ),
    auc('AUC of logistic regression that tells rows apart', detection.logistic_regression, 0.5),
    ...(utility
      ? [
          [
            `${utility.metric === 'auc' ? 'AUC' : 'R squared'} on real rows of “${utility.target}”, trained on synthetic ones`,
            figure(utility.trained_on_synthetic),
            figure(utility.trained_on_real),
            'as the real sample',
          ],
        ]
      : []),
  ]
  return html`${renderTable(['', 'synthetic', 'a real sample', 'best'], rows)}<p class="soft">Quality is the mean of shapes and trends. Pairs hang together where the real table has a correlation above 0.5, or a V above 0.3. AUC is the area under the curve: how often a classifier ranks one of two rows rightly.</p>`
}

const REASONS = {
  personal: 'says something about a person',
  id: 'identifies rows',
  text: 'free text',
  absent: 'the synthetic table lacks it',
} as const

function renderScope({ columns, rows_max: rowsMax, seed, keys }: Evaluation): Html {
  const unique = new Map(keys.map((key) => [key.column, key]))
  const rows = columns.left_out.map(({ column, reason }) => [
    column,
    REASONS[reason],
    figure(unique.get(column)?.synthetic ?? null),
  ])
  const table =
    rows.length > 0 ? renderTable(['left out', 'because it', 'distinct'], rows, 2) : null
  return html`<p>${figure(columns.measured.length)} columns were measured. Telling rows apart, usefulness and privacy looked at no more than ${figure(rowsMax)} rows of each table, drawn by the seed ${seed}.</p>${table}`
}
