// Expressions whose words are all of one shape, such as `[A-Z]{3}-\d{4}`: a list of places, each with its characters.

import { listOf } from './characters.ts'
import type { Node } from './node.ts'

/** The characters of each place in order; null for expressions of another shape. */
export function placesOf(node: Node): string[][] | null {
  switch (node.kind) {
    case 'class':
      return [listOf(node.set)]
    case 'sequence': {
      const parts = node.parts.map(placesOf)
      return parts.every((part) => part !== null) ? parts.flat() : null
    }
    case 'either':
      return null
    case 'repeat': {
      const part = node.min === node.max ? placesOf(node.part) : null
      return part === null ? null : Array.from({ length: node.max }, () => part).flat()
    }
  }
}
