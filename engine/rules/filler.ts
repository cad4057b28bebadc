// sentence and paragraph: words of a locale's filler text.
import { oncePer } from '#engine/kept.ts'
import type { Rows } from '#engine/rows.ts'
import { capitalized, type Filler, fillerOf, leadOf } from '#engine/words/filler.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296
/** Longer sentences are spelled out row by row. */
const PIECES_MAX = 16
/** Words that a sentence of pieces draws from, so that its dictionaries stay small. */
const PIECE_WORDS_MAX = 300

type Bounds = readonly [number, number]

/** Draw number d of a row: word d % 4 of block d / 4. */
function forEachDraw(
  count: number,
  { random, stream }: RuleContext,
  rows: Rows,
  use: (draw: number, words: Uint32Array) => void,
): void {
  for (let block = 0; block * 4 < count; block++) {
    const planes = random.words(rows, stream, block)
    planes.forEach((plane, w) => {
      if (block * 4 + w < count) use(block * 4 + w, plane)
    })
  }
}

/** Words as the first one of a sentence, and as the next or none. */
const placeTexts = oncePer(({ words, space }: Filler) => {
  const some = words.slice(0, PIECE_WORDS_MAX)
  return { first: some.map(capitalized), next: [...some.map((word) => space + word), ''] }
})

/** A sentence as one piece a word, empty ones behind the last. */
function sentencePieces(filler: Filler, [least, most]: Bounds, context: RuleContext): Kernel {
  const { stop } = filler
  const lead = context.unique ? leadDraw(filler, least, context) : null
  const { first, next } = placeTexts(lead ? { ...filler, words: lead.words } : filler)
  const none = first.length
  const sizes = new Int32Array(context.capacity)
  const codes = Array.from({ length: most }, () => new Int32Array(context.capacity))
  const pieces = codes.map((column, k): Piece => {
    return { kind: 'code', dictionary: k === 0 ? first : next, codes: column }
  })
  return {
    vector: { kind: 'pieces', pieces: [...pieces, { kind: 'literal', text: stop }], nulls: null },
    fill(rows) {
      forEachDraw(most + 1, context, rows, (d, plane) => {
        const column = codes[d - 1]
        if (column === undefined) drawWhole(sizes, plane, rows.n, least, most)
        else {
          drawWhole(column, plane, rows.n, 0, none - 1)
          for (let i = 0; i < rows.n; i++) if ((sizes[i] as number) < d) column[i] = none
        }
      })
      lead?.fill(rows, codes)
    },
  }
}

type LeadDraw = {
  words: readonly string[]
  /** Fills the words that a text begins with, one array for each. */
  fill: (rows: Rows, codes: readonly (Int32Array | Uint16Array)[]) => void
}

/** Beginnings of texts by permuted number, none of them twice. */
function leadDraw(filler: Filler, least: number, context: RuleContext): LeadDraw {
  const { words, digits, capacity } = leadOf(filler, least)
  const base = words.length
  const permute = uniqueDraw(context, capacity)
  const numbers = new Float64Array(context.capacity)
  return {
    words,
    fill(rows, codes) {
      permute(numbers, rows)
      for (const column of codes.slice(0, digits)) {
        for (let i = 0; i < rows.n; i++) {
          const number = numbers[i] as number
          const rest = Math.floor(number / base)
          column[i] = number - rest * base
          numbers[i] = rest
        }
      }
    },
  }
}

/** Whole numbers from `least` to `most`, both included. */
function drawWhole(
  out: Int32Array,
  words: Uint32Array,
  n: number,
  least: number,
  most: number,
): void {
  const factor = (most - least + 1) * INVERSE_WORD
  for (let i = 0; i < n; i++) out[i] = least + (((words[i] as number) * factor) | 0)
}

/** Sentences spelled out. Draws of a row: how many sentences, then for each how many words, and these. */
function spelledOut(filler: Filler, sentences: Bounds, size: Bounds, context: RuleContext): Kernel {
  const { space, stop } = filler
  const { capacity } = context
  const lead = context.unique ? leadDraw(filler, size[0], context) : null
  const words = lead?.words ?? filler.words
  const stride = size[1] + 1
  const draws = 1 + sentences[1] * stride
  const drawn = new Uint16Array(draws * capacity)
  const firsts = Array.from({ length: size[1] }, (_, k) => drawn.subarray((k + 2) * capacity))
  const capitals = words.map(capitalized)
  const at = (d: number, i: number) => drawn[d * capacity + i] as number
  const sentence = (from: number, i: number): string => {
    const count = at(from, i)
    let text = capitals[at(from + 1, i)] as string
    for (let k = 1; k < count; k++) text += space + words[at(from + 1 + k, i)]
    return text + stop
  }
  const prepare = (rows: Rows) => {
    forEachDraw(draws, context, rows, (d, plane) => {
      const isCount = (d - 1) % stride === 0
      const [least, most] = d === 0 ? sentences : isCount ? size : [0, words.length - 1]
      const span = most - least + 1
      for (let i = 0; i < rows.n; i++) {
        drawn[d * capacity + i] = least + Math.floor((plane[i] as number) * INVERSE_WORD * span)
      }
    })
    lead?.fill(rows, firsts)
  }
  return textKernel(capacity, prepare, (i) => {
    let text = sentence(1, i)
    for (let s = 1; s < at(0, i); s++) text += space + sentence(1 + s * stride, i)
    return text
  })
}

export function compileSentence(rule: RuleOf<'sentence'>, context: RuleContext): Kernel {
  const filler = fillerOf(rule.locale)
  return rule.words[1] <= PIECES_MAX
    ? sentencePieces(filler, rule.words, context)
    : spelledOut(filler, [1, 1], rule.words, context)
}

export function compileParagraph(rule: RuleOf<'paragraph'>, context: RuleContext): Kernel {
  return spelledOut(fillerOf(rule.locale), rule.sentences, rule.words, context)
}
