// Parts of times as targets, protected like any column.

import { createSeededRandom, type SeededRandom } from '#engine/random/seeded-random.ts'
import { protectNumbers } from '../protect.ts'
import { stepOf } from '../steps.ts'
import { asLevels, learnNumberLevels } from './number-levels.ts'
import type { TargetList } from './target-list.ts'
import { type Lead, leadOf, type Parts } from './time-parts.ts'

export type Realising = {
  list: TargetList
  /** Of the column that the parts are of. */
  column: string
  seed: number
}

/** What a derived number is, but for what it follows from. */
export type Bounds = { name: string; decimals: number; min: number; max: number }

type Learned = Extract<Parts, { learn: string }>
type Followed = Extract<Parts, { follow: string }>

/** Numbers of targets: of all of it, and of those that others may be counted from. */
export type Realised = { target: number; leads: Partial<Record<Lead, number>> }

/**
 * Nulls are left to the first part of all, or to what lies between it and an earlier column; in others they are filled by
 * values of other rows, so that none comes from them.
 */
export function realise(parts: Parts, bounds: Bounds, known: Realising): Realised {
  const leads: Realised['leads'] = {}
  const target = realisePart(parts, bounds, { ...known, leads, hasNulls: true })
  return { target, leads }
}

type Building = Realising & { leads: Realised['leads']; hasNulls: boolean }

function realisePart(parts: Parts, bounds: Bounds, known: Building): number {
  if ('target' in parts) return parts.target
  const target = 'learn' in parts ? learnPart(parts, known) : followParts(parts, bounds, known)
  const lead = leadOf(parts)
  if (lead !== null && known.hasNulls && parts.called === lead) known.leads[lead] = target
  return target
}

function followParts(parts: Followed, bounds: Bounds, known: Building): number {
  const { first, second } = parts
  const own = (part: Parts): Bounds => boundsOf(part, known)
  const isThere = 'target' in first
  const numbers = {
    first: realisePart(first, own(first), known),
    second: realisePart(second, own(second), { ...known, hasNulls: known.hasNulls && isThere }),
  }
  const step = stepOf(wholeOf(second), bounds.decimals)
  const from =
    parts.follow === 'linear'
      ? { type: 'linear' as const, ...numbers, unit: parts.unit, offset: parts.offset }
      : { type: parts.follow, ...numbers }
  const { name, decimals, min, max } = bounds
  return known.list.derive({ kind: 'numeric', name, decimals, min, max, step, from })
}

const wholeOf = (parts: Parts): Float64Array =>
  'learn' in parts ? parts.values.filter((value) => !Number.isNaN(value)) : new Float64Array([0, 1])

/** Anything that its parts can be. */
function boundsOf(parts: Parts, { list, column }: Realising): Bounds {
  if (!('follow' in parts)) return { name: '', decimals: 0, min: 0, max: 0 }
  const name = list.nameOf(`${column} (${parts.called})`)
  return { name, decimals: 0, min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
}

function learnPart(part: Learned, known: Building): number {
  const { list, column, seed, hasNulls } = known
  const name = list.nameOf(`${column} (${part.called})`)
  const random = createSeededRandom(seed, `prepare ${name}`)
  const values = hasNulls
    ? part.values
    : filled(part.values, createSeededRandom(seed, `fill ${name}`))
  const levels = part.learn === 'category' ? learnLevels({ name, values }, random, known) : null
  if (levels !== null) return levels
  return learnNumbers(values, { name, decimals: part.decimals }, { list, random })
}

/** On whole steps, so that no value comes to lie between them. */
export function learnNumbers(
  values: Float64Array,
  { name, decimals }: { name: string; decimals: number },
  { list, random }: { list: TargetList; random: SeededRandom },
): number {
  const scale = 10 ** decimals
  const known = values.filter((value) => !Number.isNaN(value))
  const step = stepOf(known, decimals)
  const rest = remainder(Math.round((known[0] ?? 0) * scale), step)
  const steps = values.map((value) => Math.round((Math.round(value * scale) - rest) / step))
  const field = { ...FIELD, name, decimals: step > 1 ? 0 : decimals }
  const nulls = values.length - known.length
  const own = { kind: 'number', field, values: step > 1 ? steps : values } as const
  const found = protectNumbers(own, nulls, random)
  if (found.kind === 'constant') {
    const value = step > 1 ? (found.value * step + rest) / scale : found.value
    return constant(value, { name, decimals }, list)
  }
  const first = list.learn(found)
  if (step === 1) return first
  const [min, max] = [found.min, found.max].map((value) => (value * step + rest) / scale) as [
    number,
    number,
  ]
  return list.derive({
    ...{ kind: 'numeric', name: list.nameOf(name), decimals, min, max, step },
    from: { type: 'linear', first, unit: step / scale, offset: rest / scale },
  })
}

const remainder = (value: number, step: number): number => value - Math.floor(value / step) * step

const FIELD = { type: 'integer', semantic: null, layout: null, zone: null } as const

function learnLevels(
  { name, values }: { name: string; values: Float64Array },
  random: SeededRandom,
  known: Realising,
): number | null {
  const field = { ...FIELD, name, type: 'category' as const, decimals: 0 }
  const column = asLevels({ kind: 'number', field, values })
  const { list } = known
  const found = learnNumberLevels(column, { list, random, nameOf: () => list.nameOf(name) })
  if (found === null) return null
  if (found.kind === 'constant') return constant(Number(found.value), { name, decimals: 0 }, list)
  return found.target
}

function constant(
  value: number,
  { name: wanted, decimals }: { name: string; decimals: number },
  list: TargetList,
): number {
  const name = list.nameOf(wanted)
  const bounds = { name, decimals, min: value, max: value, step: 1 }
  return list.derive({ kind: 'numeric', ...bounds, from: { type: 'constant', value } })
}

/** Nulls by values of other rows. */
export function filled(values: Float64Array, random: SeededRandom): Float64Array {
  const known = values.filter((value) => !Number.isNaN(value))
  return values.map((value) =>
    Number.isNaN(value) ? (known[random.below(known.length)] as number) : value,
  )
}
