// An expression as a deterministic automaton: every word has exactly one way through it, however many ways the
// expression has to match it. Subset construction (Rabin and Scott, "Finite automata and their decision problems", 1959).

import type { Characters } from './characters.ts'
import { closureOf, createNet, type Loose, type Net } from './net.ts'
import type { Node } from './node.ts'

/** Steps that building may take; hostile expressions need exponentially many. */
const WORK_MAX = 100_000
const STATES_MAX = 20_000

export type Edge = { set: Characters; to: number }

/** State 0 is the first. Words are finite, so no state leads back to itself. */
export type Automaton = readonly { accepts: boolean; edges: readonly Edge[] }[]

/** The transitions of some states, cut where any of their ranges begins or ends. */
function transitionsOf(net: Net, states: readonly number[]): { range: Characters; to: number[] }[] {
  const edges = states
    .flatMap((state) => net.edges[state] ?? [])
    .filter((edge) => edge.set !== null)
  const cuts = new Set<number>()
  for (const { set } of edges) for (const [from, to] of set ?? []) cuts.add(from).add(to + 1)
  const bounds = [...cuts].sort((a, b) => a - b)
  return bounds.slice(0, -1).flatMap((from, k) => {
    const holds = ({ set }: Loose) => (set ?? []).some(([low, high]) => low <= from && from <= high)
    const to = [...new Set(edges.filter(holds).map((edge) => edge.to))]
    return to.length === 0 ? [] : [{ range: [[from, (bounds[k + 1] ?? 0) - 1]], to }]
  })
}

/** Null where building would take too long. */
export function automatonOf(node: Node): Automaton | null {
  const net = createNet(node)
  const known = new Map<string, number>()
  const queue: number[][] = []
  const states: { accepts: boolean; edges: Edge[] }[] = []
  let work = 0
  const stateOf = (members: readonly number[]): number => {
    const closed = closureOf(net, members)
    const key = closed.join(' ')
    work += closed.length
    const index = known.get(key)
    if (index !== undefined) return index
    known.set(key, states.length)
    queue.push(closed)
    return states.push({ accepts: closed.includes(net.end), edges: [] }) - 1
  }
  stateOf([net.start])
  for (let at = 0; at < queue.length; at++) {
    const moves = transitionsOf(net, queue[at] ?? [])
    work += moves.length * (queue[at]?.length ?? 0)
    if (work > WORK_MAX || states.length > STATES_MAX) return null
    const byTarget = new Map<number, Edge>()
    for (const { range, to } of moves) {
      const target = stateOf(to)
      const edge = byTarget.get(target)
      byTarget.set(target, { set: [...(edge?.set ?? []), ...range], to: target })
    }
    states[at]?.edges.push(...byTarget.values())
  }
  return states
}
