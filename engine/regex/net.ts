// An expression as a nondeterministic automaton (Thompson, "Regular expression search algorithm", 1968).

import type { Characters } from './characters.ts'
import type { Node } from './node.ts'

/** From a state, characters or nothing lead on. */
export type Loose = { set: Characters; to: number } | { set: null; to: number }

export type Net = { edges: Loose[][]; start: number; end: number }

/** `loops`: repetitions without an upper bound have none, where values are matched and not drawn. */
export function createNet(node: Node, loops = false): Net {
  const edges: Loose[][] = []
  const state = (): number => edges.push([]) - 1
  const link = (from: number, to: number, set: Characters | null): void => {
    edges[from]?.push({ set, to })
  }
  /** Builds the node from a state on and gives the state behind it. */
  const build = (part: Node, from: number): number => {
    switch (part.kind) {
      case 'class': {
        const to = state()
        link(from, to, part.set)
        return to
      }
      case 'sequence':
        return part.parts.reduce((at, one) => build(one, at), from)
      case 'either': {
        const to = state()
        for (const option of part.options) link(build(option, from), to, null)
        return to
      }
      case 'repeat': {
        const to = state()
        let at = from
        for (let count = 0; count < part.max; count++) {
          if (count >= part.min) link(at, to, null)
          at = build(part.part, at)
        }
        link(at, to, null)
        if (loops && part.open) link(build(part.part, to), to, null)
        return to
      }
    }
  }
  const start = state()
  return { edges, start, end: build(node, start) }
}

/** States reached without a character, in order. */
export function closureOf(net: Net, states: Iterable<number>): number[] {
  const seen = new Set(states)
  for (const state of seen) {
    for (const { set, to } of net.edges[state] ?? []) if (set === null) seen.add(to)
  }
  return [...seen].sort((a, b) => a - b)
}
