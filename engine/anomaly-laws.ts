// The anomalies of a table and of its single columns, in the order in which rows meet them.

import type { Anomalies } from './config/anomaly-types.ts'
import type { ResolvedTable } from './config/types.ts'

/** `column` null: of the table as a whole. */
export type AnomalyLaw = Anomalies & { column: string | null }

export function lawsOf({ anomalies, column_anomalies }: ResolvedTable): AnomalyLaw[] {
  const own = anomalies ? [{ ...anomalies, column: null }] : []
  return [...own, ...(column_anomalies ?? [])]
}

/** Those whose rows are in the table's list. */
export function listedLaws(table: ResolvedTable): AnomalyLaw[] {
  return lawsOf(table).filter(({ listed }) => listed === true)
}

/** How many of a table's rows a law damages. */
export function damagedRows({ ratio }: Anomalies, rows: number): number {
  return Math.round(ratio * rows)
}

/** Columns that a law may damage. */
export function touchedBy({ numbers, nullable, texts, pairs, copied }: Anomalies): string[] {
  return [...numbers.map(({ column }) => column), ...nullable, ...texts, ...copied, ...pairs.flat()]
}
