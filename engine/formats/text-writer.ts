// Writes files of text: rows by the format's dialect, with what stands around all of them and around groups.

import { createBatchWriter } from './batch-writer.ts'
import type { Batch, FileWriter } from './file-writer.ts'
import type { Output } from './output.ts'
import type { RowWriter } from './row-writer.ts'
import type { TextFormat } from './text-format.ts'

const encoder = new TextEncoder()

export type TextOptions = {
  /** Of the table. */
  rows: number
  mode: 'generated' | 'closures' | undefined
}

type Group = { rows: number; open: Uint8Array; close: Uint8Array; separatorBytes: number }

/** The writer of a table's file in a text format. */
export function createTextWriter(format: TextFormat, { rows, mode }: TextOptions): FileWriter {
  const header = encoder.encode(format.header)
  const footer = encoder.encode(format.footer)
  const group = format.group === null ? null : groupOf(format.group)
  let writer: RowWriter | null = null
  const append = (out: Output, batch: Batch): void => {
    writer ??= createBatchWriter(batch.columns, format.dialect, { mode })
    if (group === null) {
      writer.reserve(out, batch.n, 0)
      writer.write(out, 0, batch.n)
    } else writeGroups(writer, group, out, batch, rows)
  }
  return {
    header,
    write(from, to, out, each) {
      if (from === 0) out.append(header)
      each(from, to, (batch) => append(out, batch))
      if (to === rows) out.append(footer)
    },
  }
}

function groupOf({ rows, open, close, separator }: NonNullable<TextFormat['group']>): Group {
  const separatorBytes = encoder.encode(separator).length
  return { rows, open: encoder.encode(open), close: encoder.encode(close), separatorBytes }
}

function writeGroups(
  writer: RowWriter,
  group: Group,
  out: Output,
  { from, n }: Batch,
  rows: number,
): void {
  const around = group.open.length + group.close.length
  writer.reserve(out, n, (Math.floor(n / group.rows) + 2) * around)
  for (let at = from; at < from + n; ) {
    const next = (Math.floor(at / group.rows) + 1) * group.rows
    const to = Math.min(next, from + n)
    if (at % group.rows === 0) writeFirst(writer, group, out, at - from, to - from)
    else writer.write(out, at - from, to - from)
    if (to === next || to === rows) out.append(group.close)
    at = to
  }
}

/** The first row's separator is written over the end of `open`, which then gets its bytes back. */
function writeFirst(
  writer: RowWriter,
  { open, separatorBytes }: Group,
  out: Output,
  from: number,
  to: number,
): void {
  out.append(open)
  out.length -= separatorBytes
  const at = out.length
  writer.write(out, from, to)
  out.memory.set(open.subarray(open.length - separatorBytes), at)
}
