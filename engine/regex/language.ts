// The words of an expression, counted and numbered: word number k is found without the others, and every word has
// one number. Numbers run through the automaton's edges in order.

import { type Automaton, automatonOf } from './automaton.ts'
import { listOf } from './characters.ts'
import type { Node } from './node.ts'

type Step = { characters: readonly string[]; to: number; each: bigint; all: bigint }

type State = { accepts: boolean; steps: readonly Step[] }

export type Language = {
  readonly count: bigint
  /** The word of a number from 0 to count-1. */
  readonly word: (rank: bigint) => string
}

/** How many words start at each state. */
function countsOf(automaton: Automaton): bigint[] {
  const counts: bigint[] = []
  const count = (state: number): bigint => {
    const known = counts[state]
    if (known !== undefined) return known
    const { accepts = false, edges = [] } = automaton[state] ?? {}
    let sum = accepts ? 1n : 0n
    for (const { set, to } of edges) {
      for (const [first, last] of set) sum += BigInt(last - first + 1) * count(to)
    }
    counts[state] = sum
    return sum
  }
  count(0)
  return counts
}

/** Null where the expression is too involved to be counted in bounded time. */
export function languageOf(node: Node): Language | null {
  const automaton = automatonOf(node)
  if (automaton === null) return null
  const counts = countsOf(automaton)
  const states = automaton.map(({ accepts, edges }): State => {
    const steps = edges.map(({ set, to }): Step => {
      const characters = listOf(set)
      const each = counts[to] ?? 0n
      return { characters, to, each, all: each * BigInt(characters.length) }
    })
    return { accepts, steps }
  })
  const word = (rank: bigint): string => {
    let rest = rank
    let text = ''
    let state = 0
    for (;;) {
      const { accepts, steps } = states[state] as State
      if (accepts) {
        if (rest === 0n) return text
        rest -= 1n
      }
      let k = 0
      while (k + 1 < steps.length && rest >= (steps[k] as Step).all)
        rest -= (steps[k++] as Step).all
      const step = steps[k] as Step
      const index = rest / step.each
      rest -= index * step.each
      text += step.characters[Number(index)] as string
      state = step.to
    }
  }
  return { count: counts[0] ?? 0n, word }
}
