// One measured figure, as `npm run bench` prints it.

export type Row = {
  bench: string
  /** What was measured, in words. */
  subject: string
  value: number
  /** `rows/s`, `ms`, `ns/row`, `MB`, `%`, ... */
  unit: string
  /** Measured in the same call; `ratio` is ours over theirs. */
  peer?: string
  peer_value?: number
  ratio?: number
}

/** `row` beside a peer's figure. */
export function besides(row: Row, peer: string, peerValue: number): Row {
  const peer_value = rounded(peerValue)
  return { ...row, peer, peer_value, ratio: rounded(row.value / peerValue) }
}

/** Four significant digits at least, no more decimals than they need. */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 1000) return Math.round(value)
  return Number(value.toPrecision(4))
}

/** Rows of one bench: `measured('e2e')('subject', 12.3, 'ms')`. */
export const measured =
  (bench: string) =>
  (subject: string, value: number, unit: string): Row => ({
    bench,
    subject,
    value: rounded(value),
    unit,
  })
