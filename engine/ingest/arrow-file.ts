// Arrow files whose schema stands at their end alone: whether their footer points to messages that are in the file, and
// these say what they have (Arrow columnar format, "IPC File Format"; File.fbs).

import { metadataAt } from './arrow-messages.ts'
import {
  ARROW_BATCH,
  ARROW_DICTIONARY,
  type ArrowNodes,
  checkedArrow,
  checkedMessage,
  checkInflated,
  METADATA_BYTES_MAX,
  nodesOf,
} from './arrow-metadata.ts'
import { longAt, rootTable, tableOf, vectorOf } from './flat-table.ts'
import type { IngestLimits } from './limits.ts'

/** Magic, and the length of the footer ahead of it. */
const TAIL_BYTES = 10
const BLOCK_BYTES = 24
/** Fields of the footer. */
const SCHEMA = 1
/** And what their blocks are of. */
const KINDS = [
  [2, ARROW_DICTIONARY],
  [3, ARROW_BATCH],
] as const

/** AppError `invalid_request` for one that is damaged, `payload_too_large` past a limit. */
export function checkArrowFile(file: Buffer, limits: IngestLimits): void {
  checkedArrow(() => {
    const end = file.length - TAIL_BYTES
    const length = file.readInt32LE(end)
    if (length <= 0 || length > Math.min(end, METADATA_BYTES_MAX))
      throw new RangeError('a footer of an impossible length')
    const footer = rootTable(file.subarray(end - length, end))
    const schema = tableOf(footer, SCHEMA)
    if (schema === null) throw new RangeError('no schema')
    const nodes = { nodes: nodesOf(schema, limits) }
    let bytes = 0
    for (const [slot, type] of KINDS) {
      const blocks = vectorOf(footer, slot, BLOCK_BYTES)
      for (let block = 0; block < blocks.length; block++) {
        const at = longAt(blocks.view, blocks.first + block * BLOCK_BYTES)
        bytes += blockBytes(file, at, { type, nodes, limits })
        if (bytes > file.length) throw new RangeError('more messages than the file has')
      }
    }
  })
}

type Bounds = { type: number; nodes: ArrowNodes; limits: IngestLimits }

/** How long the message there is. */
function blockBytes(file: Buffer, at: number, { type, nodes, limits }: Bounds): number {
  const { from, length } = metadataAt(file, at)
  if (length <= 0 || length > Math.min(file.length - from, METADATA_BYTES_MAX))
    throw new RangeError('metadata of an impossible length')
  const message = checkedMessage(file.subarray(from, from + length), nodes, limits)
  if (message.type !== type) throw new RangeError('a message of another kind')
  const body = file.subarray(from + length, from + length + message.bodyBytes)
  if (body.length < message.bodyBytes) throw new RangeError('a body behind the end')
  checkInflated(message, body, limits)
  return length + body.length
}
