// What a window leaves of normal variables: stretches for what is left of their targets, and values of places in them.

import type { Conditions, TargetShape, Window } from '../sampled.ts'
import { createPieces, merged, type Stretch } from './conditions.ts'
import { searcher } from './decoder.ts'
import type { Latent } from './latent.ts'

/** Of a step of the window. */
export type WindowStep = {
  /** Which of the normal variables it is. */
  latent: number
  /** Ascending; none where nothing is left. Given values of the steps before. */
  stretches(before: ArrayLike<number>): readonly Stretch[]
  /** The number or code of a place within some of them. */
  valueAt(place: number, stretches: readonly Stretch[]): number
}

const WHOLE: Stretch = {
  ...{ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, first: 0 },
  ...{ min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
  last: 0,
}

/** Anywhere. */
export const wholeOf = ({ mass }: Latent): Stretch => ({ ...WHOLE, last: mass.length - 1 })

export function windowSteps(
  window: Window,
  latents: readonly Latent[],
  targets: readonly TargetShape[],
  { levels = {} }: Conditions,
): WindowStep[] {
  return window.targets.map((target, step) => {
    const index = latents.findIndex((latent) => latent.target === target && latent.of !== 'null')
    const latent = latents[index] as Latent
    const shape = targets[target] as TargetShape
    const scale = shape.kind === 'numeric' ? 10 ** shape.decimals : 1
    const find =
      shape.kind === 'numeric'
        ? numberStretches(latent)
        : levelStretches(latent, levels[shape.name])
    const unitOf = searcher(latent)
    return {
      latent: index,
      stretches(before) {
        const { min, max } = window.left(step, before)
        return find(Math.ceil(min * scale - 1e-6), Math.floor(max * scale + 1e-6))
      },
      valueAt(place, stretches) {
        const stretch = stretches.find(({ high }) => place <= high) ?? (stretches.at(-1) as Stretch)
        const unit = unitOf(place, stretch.first, stretch.last)
        return Math.min(stretch.max, Math.max(stretch.min, unit)) / scale
      },
    }
  })
}

type Find = (min: number, max: number) => readonly Stretch[]

/** Pieces of numbers ascend, but values that many rows have may lie within the range beside them. */
function numberStretches(latent: Latent): Find {
  const within = createPieces(latent)
  const ends = latent.to.slice()
  for (let at = 1; at < ends.length; at++)
    ends[at] = Math.max(ends[at] as number, ends[at - 1] as number)
  const find: Find = (min, max) => {
    const found: Stretch[] = []
    for (let piece = firstReaching(ends, min); piece < ends.length; piece++) {
      if ((latent.from[piece] as number) > max && (latent.to[piece] as number) > max) break
      const stretch = within(piece, { min, max })
      if (stretch !== null) found.push(stretch)
    }
    return merged(found)
  }
  /** The first target of a window has the same ends in all rows. */
  let last = { min: Number.NaN, max: Number.NaN, found: [] as readonly Stretch[] }
  return (min, max) => {
    if (min !== last.min || max !== last.max) last = { min, max, found: find(min, max) }
    return last.found
  }
}

/** The first of ascending numbers that is as great. */
function firstReaching(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Pieces of levels are in any order; `wanted` are codes that conditions leave. */
function levelStretches(latent: Latent, wanted?: readonly number[]): Find {
  const pieces = [...latent.from.keys()].filter(
    (piece) => wanted?.includes(latent.from[piece] as number) ?? true,
  )
  const within = createPieces(latent)
  const known = new Map<number, readonly Stretch[]>()
  const count = latent.mass.length
  return (min, max) => {
    const units = { min: Math.max(0, min), max: Math.min(count - 1, max) }
    const key = units.min * (count + 1) + units.max
    let found = known.get(key)
    if (found === undefined) {
      found = merged(pieces.flatMap((piece) => within(piece, units) ?? []))
      known.set(key, found)
    }
    return found
  }
}
