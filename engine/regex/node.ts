// A regular expression as a tree, and how long its words are.

import type { Characters } from './characters.ts'

export type Node =
  | { kind: 'class'; set: Characters }
  | { kind: 'sequence'; parts: readonly Node[] }
  | { kind: 'either'; options: readonly Node[] }
  /** `open`: no upper bound was written; `max` is ours. */
  | { kind: 'repeat'; part: Node; min: number; max: number; open: boolean }

/** Characters of the longest word. */
export function longestOf(node: Node): number {
  switch (node.kind) {
    case 'class':
      return 1
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + longestOf(part), 0)
    case 'either':
      return node.options.reduce((most, option) => Math.max(most, longestOf(option)), 0)
    case 'repeat':
      return node.max * longestOf(node.part)
  }
}

/** Nodes of the tree with every repetition written out: what building automata costs, and drawing at most. */
export function weightOf(node: Node): number {
  switch (node.kind) {
    case 'class':
      return 1
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + weightOf(part), 1)
    case 'either':
      return node.options.reduce((sum, option) => sum + weightOf(option), 1)
    case 'repeat':
      return 1 + node.max * weightOf(node.part)
  }
}
