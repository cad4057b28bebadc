// Whether every word of one expression is a word of another: then what is made by the first matches the second.

import { automatonOf } from './automaton.ts'
import type { Characters } from './characters.ts'
import { closureOf, createNet, type Net } from './net.ts'
import type { Node } from './node.ts'

const WORK_MAX = 50_000

/** Ranges of a set, cut where ranges of the edges begin or end, so that each piece has one way on. */
function cutsOf(set: Characters, net: Net, states: readonly number[]): Characters {
  const cuts = new Set<number>()
  for (const state of states) {
    for (const edge of net.edges[state] ?? []) {
      for (const [from, to] of edge.set ?? []) cuts.add(from).add(to + 1)
    }
  }
  const sorted = [...cuts].sort((a, b) => a - b)
  return set.flatMap(([from, to]) => {
    const inside = [from, ...sorted.filter((cut) => cut > from && cut <= to), to + 1]
    return inside.slice(0, -1).map((low, k): [number, number] => [low, (inside[k + 1] ?? 0) - 1])
  })
}

function step(net: Net, states: readonly number[], code: number): number[] {
  const next = new Set<number>()
  for (const state of states) {
    for (const { set, to } of net.edges[state] ?? []) {
      if (set?.some(([from, end]) => from <= code && code <= end)) next.add(to)
    }
  }
  return closureOf(net, next)
}

/**
 * Whether all words of `part` match `whole` from end to end, its unbounded repetitions being truly unbounded. False
 * also where finding out would take too long.
 */
export function includes(whole: Node, part: Node): boolean {
  const automaton = automatonOf(part)
  if (automaton === null) return false
  const net = createNet(whole, true)
  const seen = new Set<string>()
  const queue: { state: number; matched: number[] }[] = []
  const visit = (state: number, matched: number[]): void => {
    const key = `${state} ${matched.join(' ')}`
    if (seen.has(key)) return
    seen.add(key)
    queue.push({ state, matched })
  }
  visit(0, closureOf(net, [net.start]))
  let work = 0
  for (const { state, matched } of queue) {
    work += matched.length
    if (matched.length === 0 || work > WORK_MAX) return false
    const { accepts = false, edges = [] } = automaton[state] ?? {}
    if (accepts && !matched.includes(net.end)) return false
    for (const { set, to } of edges) {
      for (const [from] of cutsOf(set, net, matched)) visit(to, step(net, matched, from))
    }
  }
  return true
}
