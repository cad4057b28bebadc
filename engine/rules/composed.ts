// Texts put together from a locale's lists and patterns: jobs, companies, products, streets, file names.
import type { ComposedRuleName } from '#engine/config/word-rules.ts'
import type { Rows } from '#engine/rows.ts'
import { decodeTexts, type Layout, layoutCapacity } from '#engine/words/layout.ts'
import { composition } from '#engine/words/locale-patterns.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import type { Piece } from './vector.ts'

const INVERSE_WORD = 1 / 4_294_967_296
const WORDS_PER_BLOCK = 4

export type DrawnLayout = {
  readonly pieces: readonly Piece[]
  readonly codes: readonly Int32Array[]
}

/** A layout's positions as pieces; those with one text are fixed. */
export function layoutPieces({ dictionaries }: Layout, capacity: number): DrawnLayout {
  const codes = dictionaries.map(() => new Int32Array(capacity))
  const pieces = dictionaries.map((dictionary, k): Piece => {
    const [text = ''] = dictionary
    return dictionary.length === 1
      ? { kind: 'literal', text }
      : { kind: 'code', dictionary, codes: codes[k] as Int32Array }
  })
  return { pieces, codes }
}

/** Blocks of random words that drawing from a layout takes. */
export function blocksOf({ dictionaries }: Layout): number {
  return Math.ceil((dictionaries.length + 1) / WORDS_PER_BLOCK)
}

/** Draws a pattern, then a word at each position, from the blocks that begin at `ordinal`. */
function drawLayout(
  layout: Layout,
  codes: readonly Int32Array[],
  { random, stream, capacity }: Pick<RuleContext, 'random' | 'stream' | 'capacity'>,
  ordinal: number,
): (rows: Rows) => void {
  const { bases, counts, starts } = layout
  const patterns = starts.length - 1
  const positions = codes.length
  const offsets = new Int32Array(capacity)
  const factors = Float64Array.from(counts, (count) => count * INVERSE_WORD)
  const choice = patterns * INVERSE_WORD
  return (rows) => {
    for (let block = 0; block * WORDS_PER_BLOCK < positions + 1; block++) {
      const words = random.words(rows, stream, ordinal + block)
      for (const [w, word] of words.entries()) {
        const k = block * WORDS_PER_BLOCK + w - 1
        const column = codes[k]
        if (k < 0) {
          for (let i = 0; i < rows.n; i++) {
            offsets[i] = (((word[i] as number) * choice) | 0) * positions
          }
        } else if (column) {
          for (let i = 0; i < rows.n; i++) {
            const at = (offsets[i] as number) + k
            column[i] =
              (bases[at] as number) + (((word[i] as number) * (factors[at] as number)) | 0)
          }
        }
      }
    }
  }
}

/** Texts of one layout by permuted number, none of them twice. */
function uniqueKernel(layout: Layout, context: RuleContext): Kernel {
  const { pieces, codes } = layoutPieces(layout, context.capacity)
  const permute = uniqueDraw(context, layoutCapacity(layout))
  const draws = new Float64Array(context.capacity)
  return {
    vector: { kind: 'pieces', pieces, nulls: null },
    fill(rows) {
      permute(draws, rows)
      decodeTexts(layout, codes, draws, rows.n)
    },
  }
}

/** The parts of a text, each with draws of its own, from the blocks that begin at `ordinal`. */
export function drawParts(
  parts: readonly Layout[],
  context: RuleContext,
  ordinal = 0,
): { pieces: Piece[]; blocks: number; fill: (rows: Rows) => void } {
  let next = ordinal
  const drawn = parts.map((layout) => {
    const { pieces, codes } = layoutPieces(layout, context.capacity)
    const fill = drawLayout(layout, codes, context, next)
    next += blocksOf(layout)
    return { pieces, fill }
  })
  return {
    pieces: drawn.flatMap(({ pieces }) => pieces),
    blocks: next - ordinal,
    fill(rows) {
      for (const part of drawn) part.fill(rows)
    },
  }
}

export function compileComposed(rule: RuleOf<ComposedRuleName>, context: RuleContext): Kernel {
  const { parts, unique } = composition(rule.locale, rule.type)
  if (context.unique) return uniqueKernel(unique, context)
  const { pieces, fill } = drawParts(parts, context)
  return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
}
