// sentence and paragraph: words of a locale's filler text.
import { findList } from '#engine/data/lists.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { upperCase } from './letter-case.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296
/** Longer sentences are spelled out row by row. */
const PIECES_MAX = 16
/** Words that a sentence of pieces draws from, so that its dictionaries stay small. */
const PIECE_WORDS_MAX = 300

/** Between words, and at the end of a sentence, where it is not a space and a full stop. */
const MARKS: Readonly<Record<string, readonly [string, string]>> = {
  ...{ ja: ['', '。'], zh_CN: ['', '。'], zh_TW: ['', '。'], ur: [' ', '۔'], hy: [' ', '։'] },
}

type Filler = { words: readonly string[]; space: string; stop: string }

function fillerOf(locale: string): Filler {
  const { locale: owner, list } = findList(locale, 'text', 'lorem')
  const [space, stop] = MARKS[owner] ?? [' ', '.']
  return { words: list, space, stop }
}

function capitalized(word: string): string {
  const [first = ''] = word
  return upperCase(first) + word.slice(first.length)
}

type Bounds = readonly [number, number]

/** Draw number d of a row: word d % 4 of block d / 4. */
function forEachDraw(
  count: number,
  { random, stream }: RuleContext,
  rows: Parameters<RuleContext['random']['words']>[0],
  use: (draw: number, words: Uint32Array) => void,
): void {
  for (let block = 0; block * 4 < count; block++) {
    const planes = random.words(rows, stream, block)
    planes.forEach((plane, w) => {
      if (block * 4 + w < count) use(block * 4 + w, plane)
    })
  }
}

/** A sentence as one piece a word, empty ones behind the last. */
function sentencePieces(filler: Filler, [least, most]: Bounds, context: RuleContext): Kernel {
  const { space, stop } = filler
  const words = filler.words.slice(0, PIECE_WORDS_MAX)
  const first = words.map(capitalized)
  const next = [...words.map((word) => space + word), '']
  const none = words.length
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
  const { words, space, stop } = filler
  const { capacity } = context
  const stride = size[1] + 1
  const draws = 1 + sentences[1] * stride
  const drawn = new Uint16Array(draws * capacity)
  const capitals = words.map(capitalized)
  const at = (d: number, i: number) => drawn[d * capacity + i] as number
  const sentence = (from: number, i: number): string => {
    const count = at(from, i)
    let text = capitals[at(from + 1, i)] as string
    for (let k = 1; k < count; k++) text += space + words[at(from + 1 + k, i)]
    return text + stop
  }
  const prepare = (rows: Parameters<Kernel['fill']>[0]) =>
    forEachDraw(draws, context, rows, (d, plane) => {
      const isCount = (d - 1) % stride === 0
      const [least, most] = d === 0 ? sentences : isCount ? size : [0, words.length - 1]
      const span = most - least + 1
      for (let i = 0; i < rows.n; i++) {
        drawn[d * capacity + i] = least + Math.floor((plane[i] as number) * INVERSE_WORD * span)
      }
    })
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
