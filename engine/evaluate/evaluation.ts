// What an evaluation is: one JSON document with every figure, what it was computed from, and what follows in words.
// Scores are from 0 to 1, 1 being best, unless they say otherwise; null is a figure that cannot be computed.

import type { Adherence } from './adherence.ts'
import type { Associations } from './association.ts'
import type { Ceiling } from './ceiling.ts'
import type { Detections } from './detection.ts'
import type { LeftOutReason } from './measured.ts'
import type { Overlay } from './overlays.ts'
import type { Privacy } from './privacy/privacy.ts'
import type { ShapeScore } from './shapes.ts'
import type { TrendScore } from './trends.ts'
import type { TwoSampleTest } from './two-sample.ts'
import type { Utility } from './utility.ts'
import type { Verdict } from './verdict.ts'

export const EVALUATION_VERSION = 1

/** How distinct the values of an id column are: 1 where no two rows share one. */
export type KeyUniqueness = { column: string; real: number | null; synthetic: number | null }

export type Evaluation = {
  version: typeof EVALUATION_VERSION
  seed: number
  rows: { real: number; synthetic: number; holdout: number | null }
  /** Rows that detection, utility and privacy looked at, at most, of each table; everything else looked at all. */
  rows_max: number
  columns: { measured: string[]; left_out: { column: string; reason: LeftOutReason }[] }
  /** Of SDMetrics' report: the mean of Column Shapes and Column Pair Trends, the latter under either rule. */
  quality: { all_pairs: number | null; thresholded: number | null }
  shapes: { score: number | null; columns: ShapeScore[] }
  trends: { all_pairs: number | null; thresholded: number | null; pairs: TrendScore[] }
  tests: TwoSampleTest[]
  adherence: Adherence[]
  keys: KeyUniqueness[]
  associations: Associations
  overlays: Overlay[]
  detection: Detections
  utility: Utility | null
  ceiling: Ceiling
  privacy: Privacy
  verdict: Verdict
}
