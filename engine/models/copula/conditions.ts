// Conditions on a copula: where the normal variables of conditioned columns may lie, and draws from there.

import { inversePhi } from '#engine/math/normal.ts'
import { quickPhi } from '#engine/math/normal-table.ts'
import { impossible } from '../impossible.ts'
import { type Conditions, ofTarget, type TargetShape } from '../sampled.ts'
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
  { levels = {}, ranges = {}, nulls = [] }: Conditions,
): Map<number, Stretch[]> {
  const allowed = new Map<number, Stretch[]>()
  for (const name of nulls)
    if (!latents.some(({ of, target }) => of === 'null' && targets[target]?.name === name))
      throw impossible(name)
  for (const [index, latent] of latents.entries()) {
    const target = targets[latent.target] as TargetShape
    const wanted = target.kind === 'category' ? ofTarget(levels, target.name) : undefined
    const range = target.kind === 'numeric' ? ofTarget(ranges, target.name) : undefined
    const isNull = nulls.includes(target.name)
    if (wanted === undefined && range === undefined && !isNull) continue
    if (isNull && latent.of !== 'null') continue
    const scale = target.kind === 'numeric' ? 10 ** target.decimals : 1
    const within = range && {
      min: Math.ceil(range.min * scale),
      max: Math.floor(range.max * scale),
    }
    const stretches = merged(
      piecesWithin(latent, (unit) => {
        if (wanted !== undefined) return wanted.includes(unit) ? EVERYTHING : NOTHING
        if (isNull) return unit === 1 ? EVERYTHING : NOTHING
        if (latent.of === 'null') return unit === 0 || range?.nulls ? EVERYTHING : NOTHING
        return within ?? NOTHING
      }),
    )
    if (stretches.length === 0) throw impossible(target.name)
    if (!isWhole(stretches)) allowed.set(index, stretches)
  }
  return allowed
}

export type Units = { min: number; max: number }
const EVERYTHING: Units = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }
const NOTHING: Units = { min: 1, max: 0 }

function piecesWithin(latent: Latent, allowed: (unit: number) => Units): Stretch[] {
  const within = createPieces(latent)
  return [...latent.from].flatMap((from, piece) => within(piece, allowed(from)) ?? [])
}

/** What whole units, both ends inclusive, leave of a piece; null for nothing. */
export function createPieces({
  from,
  to,
  mass,
}: Latent): (piece: number, units: Units) => Stretch | null {
  const thresholds = thresholdsOf(mass)
  let sum = 0
  const below = mass.map((share) => {
    sum += share
    return sum - share
  })
  return (piece, units) => {
    const [start, end] = [from[piece] as number, to[piece] as number]
    const [min, max] = [Math.max(start, units.min), Math.min(end, units.max)]
    if (!(min <= max)) return null
    const place = (unit: number): number => {
      const share = (unit - start) / (end - start + 1)
      return inversePhi((below[piece] as number) + (mass[piece] as number) * share)
    }
    const low = min === start ? (thresholds[piece] as number) : place(min)
    const high = max === end ? (thresholds[piece + 1] as number) : place(max + 1)
    return { low, high, first: piece, last: piece, min, max }
  }
}

/** Stretches that touch become one. */
export function merged(stretches: readonly Stretch[]): Stretch[] {
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

/**
 * A normal variable of this mean and deviation within the stretches, by inversion of `unit` in (0, 1); `mass` is how much
 * of its law is there.
 */
export function drawWithin(
  stretches: readonly Stretch[],
  { mean, deviation }: { mean: number; deviation: number },
  unit: number,
): { value: number; mass: number } {
  let total = 0
  for (const stretch of stretches) total += partOf(stretch, mean, deviation).mass
  if (!(total > LEAST_MASS)) return { value: nearestTo(stretches, mean), mass: 0 }
  let rest = unit * total
  let at = 0
  let part = partOf(stretches[0] as Stretch, mean, deviation)
  while (at < stretches.length - 1 && rest >= part.mass) {
    rest -= part.mass
    part = partOf(stretches[++at] as Stretch, mean, deviation)
  }
  const { low, high } = stretches[at] as Stretch
  const value = mean + deviation * quantileOf(part, Math.min(1, rest / part.mass))
  return { value: Math.min(high, Math.max(low, value)), mass: total }
}

/** Probabilities at the ends of a stretch, of the standard normal law; mirrored where it is in the upper tail. */
type Part = { from: number; to: number; mass: number; isMirrored: boolean }

function partOf({ low, high }: Stretch, mean: number, deviation: number): Part {
  const [a, b] = [(low - mean) / deviation, (high - mean) / deviation]
  const isMirrored = a > 0
  const from = quickPhi(isMirrored ? -b : a)
  const to = quickPhi(isMirrored ? -a : b)
  return { from, to, mass: to - from, isMirrored }
}

function quantileOf({ from, to, mass, isMirrored }: Part, share: number): number {
  const p = isMirrored ? to - share * mass : from + share * mass
  const quantile = p <= 0 ? -LARGEST : p >= 1 ? LARGEST : inversePhi(p)
  return isMirrored ? -quantile : quantile
}

/** Beyond this the normal law has no numbers; a stretch ends before. */
const LARGEST = 40

/** Less is not told from nothing: the model holds what is asked for to be impossible, and gives what comes nearest. */
const LEAST_MASS = 1e-280

function nearestTo(stretches: readonly Stretch[], mean: number): number {
  let nearest = Number.POSITIVE_INFINITY
  for (const { low, high } of stretches) {
    const value = Math.min(high, Math.max(low, mean))
    if (Math.abs(value - mean) < Math.abs(nearest - mean)) nearest = value
  }
  return nearest
}
