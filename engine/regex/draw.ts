// One word of an expression as its parts say: every alternative, every number of repetitions and every character of
// a class is as likely as the others beside it.

import { listOf } from './characters.ts'
import type { Node } from './node.ts'

/** Random words of 32 bits, one row's after the other. */
export type Source = { next: () => number }

export type DrawWord = (source: Source) => string

const WORD = 4_294_967_296

const pick = (source: Source, count: number): number =>
  count === 1 ? 0 : Math.floor(source.next() * (count / WORD))

/** Random words that drawing takes at most. */
export function drawsOf(node: Node): number {
  switch (node.kind) {
    case 'class':
      return 1
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + drawsOf(part), 0)
    case 'either':
      return 1 + node.options.reduce((most, option) => Math.max(most, drawsOf(option)), 0)
    case 'repeat':
      return 1 + node.max * drawsOf(node.part)
  }
}

/** A function that draws words; it takes the same number of random words for the same choices. */
export function createDraw(node: Node): DrawWord {
  switch (node.kind) {
    case 'class': {
      const list = listOf(node.set)
      return (source) => list[pick(source, list.length)] as string
    }
    case 'sequence': {
      const parts = node.parts.map(createDraw)
      return (source) => parts.reduce((text, part) => text + part(source), '')
    }
    case 'either': {
      const options = node.options.map(createDraw)
      return (source) => (options[pick(source, options.length)] as DrawWord)(source)
    }
    case 'repeat': {
      const { min, max } = node
      const part = createDraw(node.part)
      return (source) => {
        let text = ''
        for (let left = min + pick(source, max - min + 1); left > 0; left--) text += part(source)
        return text
      }
    }
  }
}
