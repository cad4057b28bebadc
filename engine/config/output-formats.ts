// The formats that files are written in, and what their names end in.

import type { ArrowOptions, OutputFormat, ResolvedOutput } from './types.ts'

/** All of them. */
export const FORMATS: readonly OutputFormat[] = ['csv', 'json', 'jsonl', 'sql', 'parquet', 'arrow']

/** Where the config says nothing of them. */
export const ARROW_DEFAULTS: ArrowOptions = { container: 'file', compression: 'none' }

/** Whether files end with a footer over all their blocks. */
export function hasFooter({ format, arrow }: ResolvedOutput): boolean {
  return format === 'parquet' || (format === 'arrow' && arrow?.container !== 'stream')
}

/** Formats that are text: what `compression` of the file is for. */
export const TEXT_FORMATS: readonly OutputFormat[] = ['csv', 'json', 'jsonl', 'sql']

const SUFFIXES = { gzip: '.gz', zstd: '.zst' }

/** What the name of a file says of how it is written. */
export type FileKind = {
  format: string
  compression?: ResolvedOutput['compression'] | null | undefined
  /** Of Arrow. */
  container?: ArrowOptions['container'] | null | undefined
}

/** What stands behind the table's name and a point, such as `csv` or `csv.gz`. */
export function extensionOf({ format, compression, container }: FileKind): string {
  const plain = container === 'stream' ? `${format}s` : format
  return compression ? `${plain}${SUFFIXES[compression]}` : plain
}

/** As extensionOf, of files that are written so. */
export function fileExtension({ format, compression, arrow }: ResolvedOutput): string {
  return extensionOf({ format, compression, container: arrow?.container })
}
