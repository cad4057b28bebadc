// What a resolved config says of damaged rows.

export type AnomalyKind = 'outlier' | 'null' | 'typo' | 'swap' | 'duplicate' | 'drift'

/** Which cells each kind may damage; keys are in none of the lists. */
export type Anomalies = {
  ratio: number
  kinds: AnomalyKind[]
  /** A column of booleans that says which rows are damaged. */
  label: string | null
  /** For outlier and drift; `spread` in the column's own units, as its vector has them. */
  numbers: { column: string; spread: number }[]
  nullable: string[]
  texts: string[]
  pairs: [string, string][]
  copied: string[]
  /** Absent: its rows are in no list. */
  listed?: true
}
