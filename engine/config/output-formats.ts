// The formats that files are written in, and what their names end in.

import type { OutputFormat, ParquetOptions, ResolvedOutput } from './types.ts'

/** All of them. */
export const FORMATS: readonly OutputFormat[] = ['csv', 'json', 'jsonl', 'sql', 'parquet', 'arrow']

/** Compressions of whole text files that this release writes. */
export const COMPRESSIONS: readonly NonNullable<ResolvedOutput['compression']>[] = ['gzip', 'zstd']

/** Formats whose files end with a footer over all their blocks. */
export const FOOTER_FORMATS: readonly OutputFormat[] = ['parquet', 'arrow']

/** Compressions of the pages of Parquet files that this release writes. */
export const PARQUET_COMPRESSIONS: readonly ParquetOptions['compression'][] = [
  'zstd',
  'gzip',
  'none',
]

/** Formats that are text: what `compression` of the file is for. */
export const TEXT_FORMATS: readonly OutputFormat[] = ['csv', 'json', 'jsonl', 'sql']

const SUFFIXES = { gzip: '.gz', zstd: '.zst' }

/** What stands behind the table's name and a point, such as `csv` or `csv.gz`. */
export function extensionOf({
  format,
  compression,
}: {
  format: string
  compression?: ResolvedOutput['compression'] | null | undefined
}): string {
  return compression ? `${format}${SUFFIXES[compression]}` : format
}
