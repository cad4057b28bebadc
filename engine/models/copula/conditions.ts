// Conditions on a copula: where the normal variables of conditioned columns may lie, and draws from there.

import { AppError } from '#engine/errors.ts'
import { inversePhi, phi } from '#engine/math/normal.ts'
import type { Conditions, TargetShape } from '../sampled.ts'
import type { Latent } from './latent.ts'
import { thresholdsOf } from './scores.ts'

/** A stretch of the normal variable, the pieces that it touches, and the values (in units) that it may give. */
export type Stretch = {
  low: number
  high: number
  first: number
  last: number
  min: number
  max: number
}

/** By latent: where it may lie, ascending; latents that may lie anywhere are left out. AppError where nothing is left. */
export function allowedStretches(
  latents: readonly Latent[],
  targets: readonly TargetShape[],
  { levels = {}, ranges = {} }: Conditions,
): Map<number, Stretch[]> {
  const allowed = new Map<number, Stretch[]>()
  for (const [index, latent] of latents.entries()) {
    const target = targets[latent.target] as TargetShape
    const wanted = target.kind === 'category' ? levels[target.name] : undefined
    const range = target.kind === 'numeric' ? ranges[target.name] : undefined
    if (wanted === undefined && range === undefined) continue
    const scale = target.kind === 'numeric' ? 10 ** target.decimals : 1
    const within = range && {
      min: Math.ceil(range.min * scale),
      max: Math.floor(range.max * scale),
    }
    const stretches = merged(
      piecesWithin(latent, (unit) => {
        if (wanted !== undefined) return wanted.includes(unit) ? EVERYTHING : NOTHING
        if (latent.of === 'null') return unit === 0 || range?.nulls ? EVERYTHING : NOTHING
        return within ?? NOTHING
      }),
    )
    if (stretches.length === 0)
      throw new AppError('invalid_request', `no value of ${target.name} meets the condition`)
    if (!isWhole(stretches)) allowed.set(index, stretches)
  }
  return allowed
}

type Units = { min: number; max: number }
const EVERYTHING: Units = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }
const NOTHING: Units = { min: 1, max: 0 }

function piecesWithin(latent: Latent, allowed: (unit: number) => Units): Stretch[] {
  const thresholds = thresholdsOf(latent.mass)
  let below = 0
  return [...latent.mass].flatMap((mass, piece) => {
    const before = below
    below += mass
    const [from, to] = [latent.from[piece] as number, latent.to[piece] as number]
    const units = allowed(from)
    const [min, max] = [Math.max(from, units.min), Math.min(to, units.max)]
    if (!(min <= max)) return []
    const end = (unit: number, outer: number, edge: number): number =>
      unit === outer ? edge : inversePhi(before + (mass * (unit - from)) / (to - from + 1))
    const low = end(min, from, thresholds[piece] as number)
    const high = end(max + 1, to + 1, thresholds[piece + 1] as number)
    return [{ low, high, first: piece, last: piece, min, max }]
  })
}

/** Stretches that touch become one. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = []
  for (const next of stretches) {
    const before = found.at(-1)
    if (before === undefined || before.high !== next.low) found.push({ ...next })
    else {
      before.high = next.high
      before.last = next.last
      before.min = Math.min(before.min, next.min)
      before.max = Math.max(before.max, next.max)
    }
  }
  return found
}

function isWhole([first, ...more]: readonly Stretch[]): boolean {
  return more.length === 0 && first?.low === -Infinity && first.high === Infinity
}

/** A normal variable of this mean and deviation within the stretches, by inversion of `unit` in (0, 1). */
export function drawWithin(
  stretches: readonly Stretch[],
  { mean, deviation }: { mean: number; deviation: number },
  unit: number,
): number {
  const parts = stretches.map(({ low, high }) => {
    const [from, to] = [(low - mean) / deviation, (high - mean) / deviation]
    return { low, high, from, to, mass: massBetween(from, to) }
  })
  const total = parts.reduce((sum, { mass }) => sum + mass, 0)
  if (!(total > LEAST_MASS)) return nearestTo(stretches, mean)
  let rest = unit * total
  let at = 0
  while (at < parts.length - 1 && rest >= (parts[at] as { mass: number }).mass)
    rest -= (parts[at++] as { mass: number }).mass
  const { low, high, from, to, mass } = parts[at] as (typeof parts)[number]
  const value = mean + deviation * quantileBetween(from, to, Math.min(1, rest / mass))
  return Math.min(high, Math.max(low, value))
}

/** Less is not told from nothing: the model holds what is asked for to be impossible, and gives what comes nearest. */
const LEAST_MASS = 1e-280

/** Of the standard normal law; from the nearer tail, whose digits are not lost. */
function massBetween(low: number, high: number): number {
  return low > 0 ? phi(-low) - phi(-high) : phi(high) - phi(low)
}

function quantileBetween(low: number, high: number, share: number): number {
  if (low > 0) return -quantileBetween(-high, -low, 1 - share)
  const [from, to] = [phi(low), phi(high)]
  const p = from + share * (to - from)
  return p <= 0 ? high : p >= 1 ? low : inversePhi(p)
}

function nearestTo(stretches: readonly Stretch[], mean: number): number {
  let nearest = Number.POSITIVE_INFINITY
  for (const { low, high } of stretches) {
    const value = Math.min(high, Math.max(low, mean))
    if (Math.abs(value - mean) < Math.abs(nearest - mean)) nearest = value
  }
  return nearest
}
