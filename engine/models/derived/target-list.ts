// Targets while they are found: those that are learned and those that follow from others, in any order, and in that of
// a model at the end.

import type { Target } from '../sampled.ts'
import type { DerivedCategory, DerivedNumber, DerivedTarget } from './derived.ts'

export type TargetList = {
  /** A name like this one that no other target or column has. */
  nameOf(wanted: string): string
  /** Each gives a number, by which later ones refer to it. */
  learn(target: Target): number
  derive(target: DerivedTarget): number
  /** Of a numeric one. */
  endsOf(number: number): { min: number; max: number }
  /** Learned ones first; `places` by number. */
  finish(): { targets: Target[]; derived: DerivedTarget[]; places: number[] }
}

export function createTargetList(columns: readonly string[]): TargetList {
  const names = new Set(columns)
  const all: ({ learned: Target } | { derived: DerivedTarget })[] = []
  return {
    nameOf(wanted) {
      let name = wanted
      for (let again = 2; names.has(name); again++) name = `${wanted} ${again}`
      names.add(name)
      return name
    },
    learn: (learned) => all.push({ learned }) - 1,
    derive: (derived) => all.push({ derived }) - 1,
    endsOf(number) {
      const one = all[number]
      const target = one && ('learned' in one ? one.learned : one.derived)
      return target?.kind === 'numeric' ? target : { min: 0, max: 0 }
    },
    finish() {
      const targets = all.flatMap((one) => ('learned' in one ? [one.learned] : []))
      const places: number[] = []
      let [learned, following] = [0, targets.length]
      for (const one of all) places.push('learned' in one ? learned++ : following++)
      const derived = all.flatMap((one) => ('derived' in one ? [placed(one.derived, places)] : []))
      return { targets, derived, places }
    },
  }
}

function placed(target: DerivedTarget, places: readonly number[]): DerivedTarget {
  const at = (number: number): number => places[number] as number
  const { from } = target
  if (from.type === 'constant') return target
  const first = at(from.first)
  if (target.kind === 'category') return { ...target, from: { ...from, first } } as DerivedCategory
  const second = 'second' in from && from.second !== undefined ? { second: at(from.second) } : {}
  return { ...target, from: { ...from, first, ...second } } as DerivedNumber
}
