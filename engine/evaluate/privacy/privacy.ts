// Everything that is asked of a synthetic table's privacy, from distances, attacks and rare values.

import type { LeftOut, Measured } from '../measured.ts'
import type { Pause } from '../pause.ts'
import { partRows, sampleRows } from '../rows.ts'
import {
  baselineProtection,
  type DistanceSummary,
  neighbourRatios,
  type Overfitting,
  overfitting,
  summarise,
} from './distance-scores.ts'
import { createDistances } from './distances.ts'
import { type CopiedValues, copiedValues, type RareExposure, rareExposure } from './exposure.ts'
import { identicalShare } from './identical.ts'
import { attackMembership, type MembershipAttack } from './membership.ts'
import { randomRows } from './random-rows.ts'
import { privacyScore } from './score.ts'
import { type SinglingOut, singleOut } from './singling-out.ts'

type Ratios = { p5: number | null; median: number | null }

/**
 * `control` is the held-out table, or half of the real one where there is none: then synthetic and control rows are
 * held against the other half, and what needs rows that were not learned from is null.
 */
export type Privacy = {
  score: number | null
  control: 'holdout' | 'half_of_real'
  rows: { synthetic: number; real: number; control: number }
  /** Of the rows, those that equal a real row in every measured column. */
  identical: { synthetic: number | null; control: number | null }
  /** Gower's distance to the closest real row, of synthetic rows, of control rows and of random ones. */
  distance: { synthetic: DistanceSummary; control: DistanceSummary; random: DistanceSummary }
  baseline_protection: number | null
  overfitting: Overfitting | null
  neighbour_ratio: { synthetic: Ratios; control: Ratios }
  membership: MembershipAttack | null
  singling_out: SinglingOut | null
  rare_levels: RareExposure[]
  copied_values: CopiedValues[]
}

export type PrivacyTables = {
  real: Measured
  synthetic: Measured
  holdout: Measured | null
  leftOut: readonly LeftOut[]
}

/** Random rows are as many as a median needs. */
const RANDOM_ROWS = 1_000

/** At most `rowsMax` rows of each table are looked at. Rejects with AppError `cancelled`. */
export async function measurePrivacy(
  { real, synthetic, holdout, leftOut }: PrivacyTables,
  { seed, pause, rowsMax }: { seed: number; pause: Pause; rowsMax: number },
): Promise<Privacy> {
  const some = (table: Measured, rows: number, purpose: string): Measured =>
    sampleRows(table, rows, seed, purpose)
  const parts = holdout
    ? { drawn: real, others: holdout }
    : partRows(real, Math.floor(real.rows / 2), seed, 'halves')
  const known = some(parts.drawn, rowsMax, 'known rows')
  const control = some(parts.others, rowsMax, 'control rows')
  const made = some(synthetic, rowsMax, 'synthetic rows')
  const distances = createDistances(known, pause)
  const ofMade = await distances(made, known, { second: true })
  const ofControl = await distances(control, known, { second: true })
  const random = randomRows(known, Math.min(RANDOM_ROWS, made.rows), seed)
  const distance = {
    synthetic: summarise(ofMade.first),
    control: summarise(ofControl.first),
    random: summarise((await distances(random, known)).first),
  }
  const singled = { synthetic: made, real: known, control: holdout ? control : null }
  const measured = {
    control: holdout ? ('holdout' as const) : ('half_of_real' as const),
    rows: { synthetic: made.rows, real: known.rows, control: control.rows },
    identical: { synthetic: identicalShare(made, known), control: identicalShare(control, known) },
    distance,
    baseline_protection: baselineProtection(distance.synthetic, distance.random),
    neighbour_ratio: { synthetic: neighbourRatios(ofMade), control: neighbourRatios(ofControl) },
    ...(holdout ? await attackWithHoldout() : { overfitting: null, membership: null }),
    singling_out: await singleOut(singled, { seed, pause }),
    rare_levels: rareExposure(real, synthetic),
    copied_values: copiedValues(leftOut),
  }
  return { score: privacyScore(measured), ...measured }

  /** As many rows that were learned from as were held out, or the larger table would seem closer. */
  async function attackWithHoldout(): Promise<Pick<Privacy, 'overfitting' | 'membership'>> {
    const rows = Math.min(known.rows, control.rows)
    const [members, others] = [some(known, rows, 'members'), some(control, rows, 'others')]
    const toMembers = await distances(made, members)
    const toOthers = await distances(made, others)
    const ofMembers = await distances(members, made)
    const ofOthers = await distances(others, made)
    return {
      overfitting: overfitting(toMembers.first, toOthers.first),
      membership: attackMembership(ofMembers.first, ofOthers.first),
    }
  }
}
