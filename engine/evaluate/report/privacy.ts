// The privacy of an evaluation's report: distances, attacks, and values of few people.

import { figure, percent } from '#engine/report/figures.ts'
import { type Html, html } from '#engine/report/html.ts'
import { renderTable } from '#engine/report/page.ts'
import type { Interval } from '../auc.ts'
import { baselineProtection } from '../privacy/distance-scores.ts'
import type { Privacy } from '../privacy/privacy.ts'

const range = ([low, high]: Interval): string => `${figure(low)} to ${figure(high)}`
const shares = ([low, high]: Interval): string => `${percent(low)} to ${percent(high)}`

export function renderPrivacy(privacy: Privacy): Html {
  const { distance, neighbour_ratio: ratio, identical, control, rows } = privacy
  const others = control === 'holdout' ? 'held-out rows' : 'real rows of the other half'
  const distances = [
    ['Equal to a real row', percent(identical.synthetic), percent(identical.control), figure(null)],
    ...(['p5', 'median', 'mean'] as const).map((key) => [
      `Distance to the closest real row, ${{ p5: 'of the closest twentieth', median: 'median', mean: 'mean' }[key]}`,
      figure(distance.synthetic[key]),
      figure(distance.control[key]),
      figure(distance.random[key]),
    ]),
    [
      'Closest over second closest, of the closest twentieth',
      figure(ratio.synthetic.p5),
      figure(ratio.control.p5),
      figure(null),
    ],
    [
      'Closest over second closest, median',
      figure(ratio.synthetic.median),
      figure(ratio.control.median),
      figure(null),
    ],
  ]
  const head = ['', 'synthetic rows', others, 'random rows']
  const score = `Privacy score, by the worst of these figures: ${figure(privacy.score)} (1 is best)`
  return html`<p>${score}</p>${renderTable(head, distances)}<p class="soft">Gower’s distance, from 0 (a copy) to 1, of ${figure(rows.synthetic)} synthetic rows to ${figure(rows.real)} real ones. Synthetic rows that are closer than ${others} point at copying.</p>${renderAttacks(privacy)}${renderExposure(privacy)}`
}

function renderAttacks(privacy: Privacy): Html | null {
  const { baseline_protection: baseline, overfitting, membership, singling_out: singled } = privacy
  const usual = baselineProtection(privacy.distance.control, privacy.distance.random)
  const rows: string[][] = []
  if (baseline !== null)
    rows.push([
      'Baseline protection: median distance over that of random rows',
      figure(baseline),
      '',
      `${figure(usual)}, as other real rows`,
    ])
  if (overfitting)
    rows.push(
      ['Overfitting protection', figure(overfitting.protection), '', '1'],
      [
        'Rows closer to those learned from than to as many others',
        percent(overfitting.share),
        shares(overfitting.interval),
        '50 %',
      ],
    )
  if (membership)
    rows.push(
      ['Membership attack, AUC', figure(membership.auc), range(membership.auc_interval), '0.5'],
      [
        'Membership attack, advantage over guessing',
        figure(membership.advantage),
        range(membership.advantage_interval),
        '0',
      ],
    )
  if (singled)
    rows.push([
      `Guesses that single out a real row, of ${figure(singled.guesses)}`,
      percent(singled.success),
      shares(singled.success_interval),
      singled.control === null ? figure(null) : `${percent(singled.control)}, as other real rows`,
    ])
  if (singled?.risk != null && singled.risk_interval)
    rows.push(['Singling-out risk', figure(singled.risk), range(singled.risk_interval), '0'])
  return rows.length > 0 ? renderTable(['attack', 'figure', '95 %', 'best'], rows) : null
}

function renderExposure({ rare_levels: rare, copied_values: copied }: Privacy): Html {
  const levels = rare.map(({ column, rare_levels, shown, rows }) => [
    column,
    ...[rare_levels, shown, rows].map(figure),
  ])
  const values = copied.map(({ column, copied: share }) => [column, percent(share)])
  const rareHead = ['column', 'rare levels', 'of them shown', 'synthetic rows with one']
  const rareTable = html`${renderTable(rareHead, levels)}<p class="soft">Rare levels are those that fewer than five real rows have: who shows one shows few people.</p>`
  const copiedTable = html`${renderTable(['column', 'synthetic values that real rows have'], values)}<p class="soft">Of columns that are not measured: personal ones, ids and free text.</p>`
  return html`${levels.length > 0 ? rareTable : null}${values.length > 0 ? copiedTable : null}`
}
