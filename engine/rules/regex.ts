// regex and pattern: words of a regular expression, or of a mask such as `###-??`.

import { AppError } from '#engine/errors.ts'
import { createDraw, drawsOf } from '#engine/regex/draw.ts'
import { type Language, languageOf } from '#engine/regex/language.ts'
import type { Node } from '#engine/regex/node.ts'
import { parseRegex } from '#engine/regex/parse.ts'
import { placesOf } from '#engine/regex/places.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { createForms } from './form-draw.ts'
import { formsCapacity } from './forms.ts'
import { uniqueDraw } from './index-draw.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { textKernel } from './text-kernel.ts'

/** Rows whose random numbers are held at a time. */
const BLOCK_ROWS = 256
/** Numbers of more words than this are spread over the language. */
const RANKS = BigInt(Number.MAX_SAFE_INTEGER)

/** The tree of an expression that was checked when the config was read; AppError `invalid_config` otherwise. */
export function nodeOf(value: string): Node {
  const parsed = parseRegex(value)
  if ('node' in parsed) return parsed.node
  throw new AppError('invalid_config', `the expression ${parsed.fault}`)
}

/** How many different words a unique column can have; null where they cannot be counted in bounded time. */
export function regexCapacity(node: Node): number | null {
  const places = placesOf(node)
  if (places !== null) return formsCapacity([places])
  const language = languageOf(node)
  if (language === null) return null
  return Number(language.count > RANKS ? RANKS : language.count)
}

/** Random words of 32 bits for a block of rows, row by row. */
function createSource({ random, stream }: RuleContext, draws: number) {
  const blocks = Math.ceil(draws / 4)
  const width = 4 * blocks
  const held = new Uint32Array(BLOCK_ROWS * width)
  const part = createRows(BLOCK_ROWS)
  let at = 0
  return {
    source: { next: () => held[at++] as number },
    /** Loads the rows from `first` on, as many as a block holds. */
    load(rows: Rows, first: number): void {
      part.n = Math.min(BLOCK_ROWS, rows.n - first)
      part.stamp++
      for (let i = 0; i < part.n; i++) part.index[i] = rows.index[first + i] as number
      for (let block = 0; block < blocks; block++) {
        const words = random.words(part, stream, block)
        for (let i = 0; i < part.n; i++) {
          for (let w = 0; w < 4; w++) {
            held[i * width + 4 * block + w] = words[w as 0 | 1 | 2 | 3][i] as number
          }
        }
      }
    },
    seek(i: number): void {
      at = i * width
    },
  }
}

function drawnWords(node: Node, context: RuleContext): Kernel {
  const draw = createDraw(node)
  const numbers = createSource(context, drawsOf(node))
  let rowsNow: Rows | null = null
  const read = (i: number): string => {
    if (i % BLOCK_ROWS === 0 && rowsNow !== null) numbers.load(rowsNow, i)
    numbers.seek(i % BLOCK_ROWS)
    return draw(numbers.source)
  }
  return textKernel(
    context.capacity,
    (rows) => {
      rowsNow = rows
    },
    read,
  )
}

function numberedWords({ count, word }: Language, context: RuleContext): Kernel {
  const ranks = count > RANKS ? RANKS : count
  const permute = uniqueDraw(context, Number(ranks))
  const spread = count / ranks
  const numbers = new Float64Array(context.capacity)
  return textKernel(
    context.capacity,
    (rows) => permute(numbers, rows),
    (i) => word(BigInt(numbers[i] as number) * spread),
  )
}

function uniqueWords(node: Node, context: RuleContext): Kernel {
  const language = languageOf(node)
  if (language !== null) return numberedWords(language, context)
  throw new AppError('unsupported', `column ${context.column.name}: its words cannot be counted`)
}

export function compileRegex(rule: RuleOf<'regex'>, context: RuleContext): Kernel {
  const node = nodeOf(rule.value)
  const places = placesOf(node)
  if (places !== null && places.length > 0) {
    const { pieces, fill } = createForms(rule, context, () => ({ forms: [places] }))
    return { vector: { kind: 'pieces', pieces, nulls: null }, fill }
  }
  return context.unique ? uniqueWords(node, context) : drawnWords(node, context)
}
