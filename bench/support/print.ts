// Figures as a table for people.

import type { Row } from '#bench/row.ts'
import { tableOf } from '#scripts/demo/table.ts'

const figure = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) < 1000 ? 4 : 15 })

export function printed(rows: readonly Row[]): string {
  const cells = rows.map(({ bench, subject, value, unit, peer, peer_value, ratio }) => [
    bench,
    subject,
    figure(value),
    unit,
    peer ?? '',
    peer_value === undefined ? '' : figure(peer_value),
    ratio === undefined ? '' : figure(ratio),
  ])
  return tableOf(['bench', 'subject', 'value', 'unit', 'peer', 'peer value', 'ratio'], cells)
}
