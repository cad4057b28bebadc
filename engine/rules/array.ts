// array: a JSON list of values of a rule inside. Items are drawn for many rows at a time, and held in pieces until they are
// written where that is bounded; else rows are spelled out one by one.

import { AppError } from '#engine/errors.ts'
import { createRows, type Rows } from '#engine/rows.ts'
import { jsonPieces, jsonReader, partKernel } from './json-part.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { createPieceStore } from './piece-store.ts'
import { isNull } from './read.ts'
import { textKernel } from './text-kernel.ts'
import type { Piece } from './vector.ts'

/** Items of one array; their draws are counted in steps of it. */
export const ITEMS_MAX = 1000
/** Items of a batch that are held; a megabyte for each array of numbers. */
const HELD_ITEMS_MAX = 131_072

/** Sets the number of items of each row. */
function createLengths({ length }: RuleOf<'array'>, context: RuleContext) {
  const lengths = new Float64Array(context.capacity)
  if (typeof length === 'number') {
    lengths.fill(length)
    return { lengths, fill: () => undefined }
  }
  const kernel = partKernel({ type: 'int', scale: null, rule: length }, context)
  const { vector } = kernel
  return {
    lengths,
    fill: (rows: Rows) => {
      kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const drawn = vector.kind === 'number' && !isNull(vector, i) ? vector.values[i] : 0
        lengths[i] = Math.min(Math.max(drawn as number, 0), ITEMS_MAX)
      }
    },
  }
}

/** The most items of a row, as far as the rule tells. */
function mostItems({ length }: RuleOf<'array'>): number {
  if (typeof length === 'number') return length
  return length.type === 'range'
    ? Math.min(Math.max(Math.ceil(length.max), 0), ITEMS_MAX)
    : ITEMS_MAX
}

/** Item j of a row is drawn as row `row * ITEMS_MAX + j` of a table of items; `items` of them from the first. */
function firstItem(row: number, items: number, { column }: RuleContext): number {
  const first = row * ITEMS_MAX
  if (Number.isSafeInteger(first + items - 1)) return first
  const message = `column ${column.name}: arrays so deep have no draws for so many rows`
  throw new AppError('invalid_config', message)
}

/** Draws the items of rows, as many at a time as fit a batch: `take` gets those and the entries that they belong to. */
function createItems(
  context: RuleContext,
  fill: (rows: Rows) => void,
  take: (n: number, owners: Int32Array) => void,
): (table: Rows, lengths: Float64Array) => void {
  const { capacity } = context
  const rows = createRows(capacity)
  const owners = new Int32Array(capacity)
  const flush = (): void => {
    if (rows.n === 0) return
    rows.stamp++
    fill(rows)
    take(rows.n, owners)
    rows.n = 0
  }
  return (table, lengths) => {
    rows.n = 0
    for (let i = 0; i < table.n; i++) {
      const items = lengths[i] as number
      if (items === 0) continue
      const first = firstItem(table.index[i] as number, items, context)
      for (let item = 0; item < items; item++) {
        if (rows.n === capacity) flush()
        rows.index[rows.n] = first + item
        owners[rows.n] = i
        rows.n++
      }
    }
    flush()
  }
}

type Parts = { items: Kernel; lengths: Float64Array; fillLengths: (rows: Rows) => void }

/** Null where items cannot be pieces, or too many would be held. */
function heldItems(
  rule: RuleOf<'array'>,
  { items, lengths, fillLengths }: Parts,
  context: RuleContext,
): Kernel | null {
  const { capacity } = context
  const room = mostItems(rule) * capacity
  const part = room <= HELD_ITEMS_MAX ? jsonPieces(items, capacity) : null
  const store = part && createPieceStore(part.pieces, room)
  if (!part || !store) return null
  const starts = new Int32Array(capacity + 1)
  let held = 0
  const draw = createItems(context, part.fill, (n) => {
    store.keep(n, held)
    held += n
  })
  const pieces: Piece[] = [
    { kind: 'literal', text: '[' },
    { kind: 'list', items: store.pieces, starts },
    { kind: 'literal', text: ']' },
  ]
  return {
    vector: { kind: 'pieces', pieces, nulls: null, json: true },
    fill(rows) {
      fillLengths(rows)
      for (let i = 0; i < rows.n; i++) {
        starts[i + 1] = (starts[i] as number) + (lengths[i] as number)
      }
      held = 0
      draw(rows, lengths)
    },
  }
}

function spelledItems({ items, lengths, fillLengths }: Parts, context: RuleContext): Kernel {
  const read = jsonReader(items.vector)
  const texts = new Array<string>(context.capacity).fill('')
  const draw = createItems(context, items.fill, (n, owners) => {
    for (let k = 0; k < n; k++) {
      const owner = owners[k] as number
      const before = texts[owner] as string
      texts[owner] = before === '[' ? before + read(k) : `${before},${read(k)}`
    }
  })
  const gather = (rows: Rows): void => {
    fillLengths(rows)
    texts.fill('[', 0, rows.n)
    draw(rows, lengths)
  }
  const kernel = textKernel(context.capacity, gather, (i) => `${texts[i]}]`)
  return { ...kernel, vector: { ...kernel.vector, json: true } }
}

export function compileArray(rule: RuleOf<'array'>, context: RuleContext): Kernel {
  const { lengths, fill: fillLengths } = createLengths(rule, context)
  const parts = { items: partKernel(rule.items, context), lengths, fillLengths }
  return heldItems(rule, parts, context) ?? spelledItems(parts, context)
}
