// What kind of file this is, by its first bytes.

import { AppError } from '#engine/errors.ts'
import type { FileFormat } from './records.ts'

const OTHERS: readonly [magic: string, what: string, instead: string][] = [
  [
    'PK\u0003\u0004',
    'a zip archive or a spreadsheet',
    'Send the table inside as CSV, or packed by gzip.',
  ],
  ['Obj\u0001', 'Avro', 'Send it as Parquet or CSV.'],
  ['ORC', 'ORC', 'Send it as Parquet or CSV.'],
  ['SQLite format 3', 'a SQLite database', 'Export the table as CSV.'],
  ['%PDF-', 'a PDF', 'Send the table as CSV.'],
  ['BZh', 'bzip2', 'Pack it by gzip or zstd, or send it unpacked.'],
  ['\u00fd7zXZ', 'xz', 'Pack it by gzip or zstd, or send it unpacked.'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old spreadsheet', 'Save the sheet as CSV.'],
]

/** The format of the unpacked file. AppError `unsupported` for one that is known and not read. */
export function formatOf(head: Uint8Array): FileFormat {
  const start = Buffer.from(head.subarray(0, 16)).toString('latin1')
  if (start.startsWith('PAR1')) return 'parquet'
  if (start.startsWith('ARROW1') || start.startsWith('\u00ff\u00ff\u00ff\u00ff')) return 'arrow'
  for (const [magic, what, instead] of OTHERS)
    if (start.startsWith(magic))
      throw new AppError('unsupported', `the file is ${what}. ${instead}`)
  return textFormatOf(head)
}

function textFormatOf(head: Uint8Array): FileFormat {
  const text = Buffer.from(head.filter((byte) => byte !== 0)).toString('latin1')
  const shown = text.replace(/^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/, '').trimStart()
  // Rows that are lists, or values alone, are refused as what they are: as CSV they would be read, wrongly.
  if (/^\[\s*(?:[{\]]|\[\s*[["{\d-]|-?\d+\s*,|"[^"\n]*"\s*[,\]])/.test(shown)) return 'json'
  return /^\{\s*["}]/.test(shown) ? 'jsonl' : 'csv'
}
