// What messages of Arrow say of themselves, looked at before anything believes it (Arrow columnar format, "Serialization
// and Interprocess Communication"; Message.fbs, Schema.fbs).

import type { AppError } from '#engine/errors.ts'
import {
  byteOf,
  type FlatTable,
  longAt,
  longOf,
  rootTable,
  tableOf,
  tablesOf,
  vectorOf,
} from './flat-table.ts'
import { brokenFile, type IngestLimits, pastLimit } from './limits.ts'

const HINT = 'Write the file again, with zstd or no compression, or send it as CSV.'
/** Of one message. */
export const METADATA_BYTES_MAX = 16 * 2 ** 20
const DEPTH_MAX = 64
/** Fields of all depths, for each column that may be there. */
const FIELDS_PER_COLUMN = 4
/** Bytes of a table's place, of a node, of a buffer's region, of a count. */
const [PLACE, NODE, REGION, COUNT] = [4, 16, 16, 8]
/** Ahead of a compressed buffer stands its length; less than nothing: it is as it is. */
const PREFIX_BYTES = 8

/** Kinds of messages. */
export const ARROW_SCHEMA = 1
export const ARROW_DICTIONARY = 2
export const ARROW_BATCH = 3

/** Where the nodes of its columns stand among those of a batch. */
export type ArrowNodes = { nodes: number[] | null }

/** `batch`: of what has values. */
export type ArrowMessage = { type: number; bodyBytes: number; batch: FlatTable | null }

/**
 * RangeError where lengths do not fit into what they are of, AppError `payload_too_large` past a limit. A schema is
 * remembered, and batches are held to it.
 */
export function checkedMessage(
  metadata: Uint8Array,
  schema: ArrowNodes,
  limits: IngestLimits,
): ArrowMessage {
  const root = rootTable(metadata)
  const bodyBytes = longOf(root, 3)
  if (bodyBytes < 0) throw new RangeError('a body of less than nothing')
  if (bodyBytes > limits.blockBytesMax)
    throw pastLimit(`a record batch of more than ${limits.blockBytesMax} bytes`)
  vectorOf(root, 4, PLACE)
  const header = tableOf(root, 2)
  const type = byteOf(root, 1)
  // The library would wait for another for ever.
  if (header === null || type < ARROW_SCHEMA || type > ARROW_BATCH)
    throw new RangeError('a message of no kind')
  if (type === ARROW_SCHEMA) schema.nodes = nodesOf(header, limits)
  const isBatch = type === ARROW_BATCH || type === ARROW_DICTIONARY
  const batch = isBatch ? (type === ARROW_BATCH ? header : tableOf(header, 1)) : null
  if (batch !== null) checkBatch(batch, bodyBytes)
  if (type === ARROW_BATCH) checkRows(header, schema)
  return { type, bodyBytes, batch }
}

/** Of the columns of a schema. Errors as `checkedMessage`. */
export function nodesOf(schema: FlatTable, { columnsMax }: IngestLimits): number[] {
  let left = FIELDS_PER_COLUMN * columnsMax
  const visit = (field: FlatTable, depth: number): number => {
    if (left-- === 0) throw pastLimit(`more than ${FIELDS_PER_COLUMN * columnsMax} fields`)
    if (depth > DEPTH_MAX) throw pastLimit(`fields within fields, ${DEPTH_MAX} deep`)
    vectorOf(field, 6, PLACE)
    let nodes = 1
    for (const child of tablesOf(vectorOf(field, 5, PLACE))) nodes += visit(child, depth + 1)
    // The values of a dictionary are in batches of their own.
    return tableOf(field, 4) === null ? nodes : 1
  }
  vectorOf(schema, 2, PLACE)
  const places: number[] = []
  let nodes = 0
  for (const field of tablesOf(vectorOf(schema, 1, PLACE))) {
    places.push(nodes)
    nodes += visit(field, 1)
  }
  return places
}

/** The library would fill columns up. */
function checkRows(batch: FlatTable, { nodes }: ArrowNodes): void {
  const { view, first, length } = vectorOf(batch, 1, NODE)
  const rows = longOf(batch, 0)
  for (const node of nodes ?? [])
    if (node >= length || longAt(view, first + node * NODE) !== rows)
      throw new RangeError('a column of other rows than its batch')
}

function checkBatch(batch: FlatTable, bodyBytes: number): void {
  const { view, first, length } = vectorOf(batch, 1, NODE)
  if (longOf(batch, 0) < 0) throw new RangeError('less than no rows')
  for (let at = first; at < first + length * NODE; at += COUNT)
    if (longAt(view, at) < 0) throw new RangeError('less than no values')
  const regions = vectorOf(batch, 2, REGION)
  for (const { from, bytes } of regionsOf(regions))
    if (from < 0 || bytes < 0 || from + bytes > bodyBytes)
      throw new RangeError('a buffer outside of its body')
  const counts = vectorOf(batch, 4, COUNT)
  let buffers = 0
  for (let n = 0; n < counts.length; n++) {
    const count = longAt(view, counts.first + n * COUNT)
    if (count < 0) throw new RangeError('less than no buffers')
    buffers += count
  }
  if (buffers > regions.length) throw new RangeError('buffers that are not there')
}

function* regionsOf({
  view,
  first,
  length,
}: ReturnType<typeof vectorOf>): Iterable<{ from: number; bytes: number }> {
  for (let at = first; at < first + length * REGION; at += REGION)
    yield { from: longAt(view, at), bytes: longAt(view, at + COUNT) }
}

/** Of the body, which is there by now. Errors as `checkedMessage`. */
export function checkInflated(
  { batch }: ArrowMessage,
  body: Buffer,
  { blockBytesMax }: IngestLimits,
): void {
  if (batch === null || tableOf(batch, 3) === null) return
  let inflated = 0
  for (const { from, bytes } of regionsOf(vectorOf(batch, 2, REGION))) {
    if (bytes < PREFIX_BYTES) continue
    inflated += Math.max(0, longAt(viewOf(body), from))
    if (inflated > blockBytesMax)
      throw pastLimit(`a record batch of more than ${blockBytesMax} bytes`)
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** AppError `invalid_request` for a RangeError of the check. */
export function checkedArrow<T>(check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw brokenArrow(error.message)
  }
}

export function brokenArrow(message: string): AppError {
  return brokenFile(`the Arrow file is damaged: ${message}`, HINT)
}
