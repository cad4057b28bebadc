// The one door to uploaded files: whatever the format, columns of raw cells.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '#engine/errors.ts'
import { readArrow } from './arrow-records.ts'
import { bounded, isRandomAccess, peek, streamOf } from './bytes.ts'
import { readCsv, readCsvFrom } from './csv-records.ts'
import { asUtf8, encodingByMark } from './encoding.ts'
import { formatOf } from './file-form.ts'
import { readJson } from './json-records.ts'
import { type IngestLimits, isBreak, limitsOf } from './limits.ts'
import { readParquet } from './parquet-records.ts'
import type {
  ByteSource,
  Dialect,
  FileForm,
  FileFormat,
  FormatRecords,
  RawBatch,
  ReadOptions,
  Records,
  TextPlace,
} from './records.ts'
import { unwrap, wrappingOf } from './unwrap.ts'

const HEAD_BYTES = 1 << 12
const UTF_8_MARK_BYTES = 3

/**
 * Opens a file: its form by its first bytes as far as it is not given, then its cells in bounded memory. Parquet needs
 * random access. AppError `unsupported` for what is not read, `invalid_request` for a file that is broken before its
 * first row, `payload_too_large` past a limit.
 */
export async function readRecords(source: ByteSource, options: ReadOptions = {}): Promise<Records> {
  const limits = limitsOf(options.limits)
  const { form: given = {}, signal, from } = options
  if (from?.text) return readOn(source, from.text, options)
  const packed = await peek(bounded(streamOf(source), limits.bytesMax, signal), HEAD_BYTES)
  const wrapping = given.wrapping ?? wrappingOf(packed.head)
  const opened = await peek(unwrap(packed.whole, wrapping, limits), HEAD_BYTES)
  const format = given.format ?? formatOf(opened.head)
  const base = { format, wrapping }
  if (format === 'parquet' || format === 'arrow') {
    const skip = from?.rows ?? 0
    const records = await openTyped(format, source, opened.whole, { wrapping, limits, skip })
    return finished(base, records, options)
  }
  const encoding = given.encoding ?? encodingByMark(opened.head)
  const text = asUtf8(opened.whole, encoding === null ? null : standardName(encoding))
  if (format === 'csv') {
    const { dialect, ...records } = await readCsv(text.chunks, given.csv ?? {}, limits)
    const form = (): FileForm => ({ ...base, encoding: text.encoding(), csv: dialect })
    const isPlain = wrapping === 'none' && encoding !== null && standardName(encoding) === 'utf-8'
    const mark = isPlain && encodingByMark(opened.head) === 'utf-8' ? UTF_8_MARK_BYTES : 0
    const place = (): TextPlace | null => {
      const inText = isPlain && isRandomAccess(source) ? records.place?.() : null
      return inText ? { ...inText, bytes: inText.bytes + mark } : null
    }
    return finished(form, { ...records, place }, options)
  }
  // A form that knows how the file is wrapped is that of an earlier reading.
  const nested = given.nested ?? (given.wrapping === undefined ? 'columns' : 'text')
  const records = readJson(text.chunks, format, { limits, nested })
  return finished(() => ({ ...base, encoding: text.encoding(), nested }), records, options)
}

/** TypeError where no reading of this form can have been there. */
function readOn(source: ByteSource, place: TextPlace, options: ReadOptions): Records {
  const { form: { csv, ...given } = {}, signal } = options
  const limits = limitsOf(options.limits)
  const dialect = csv as Dialect | undefined
  if (dialect === undefined || !isRandomAccess(source))
    throw new TypeError('places are in files of a known dialect')
  const bytes = bounded(streamOf(source, place.bytes), limits.bytesMax, signal)
  const text = asUtf8(bytes, 'utf-8', { within: true })
  const records = readCsvFrom(text.chunks, { dialect, place }, limits)
  const form = {
    ...given,
    format: 'csv',
    wrapping: 'none',
    encoding: 'utf-8',
    csv: dialect,
  } as const
  return finished(form, records, options)
}

type Opening = { wrapping: FileForm['wrapping']; limits: IngestLimits; skip: number }

async function openTyped(
  format: FileFormat,
  source: ByteSource,
  stream: AsyncIterable<Uint8Array>,
  { wrapping, limits, skip }: Opening,
): Promise<FormatRecords> {
  if (format === 'arrow') return readArrow(stream, limits)
  if (wrapping !== 'none' || !isRandomAccess(source))
    throw new AppError('unsupported', 'Parquet is read from a file that is not packed once more')
  return readParquet(source, limits, skip)
}

/** AppError `unsupported` for an encoding that nobody knows. */
function standardName(encoding: string): string {
  try {
    return new TextDecoder(encoding).encoding
  } catch {
    throw new AppError('unsupported', 'the encoding is none of the WHATWG encoding standard')
  }
}

function finished(
  form: FileForm | (() => FileForm),
  records: FormatRecords,
  { keep = 'nothing', from }: ReadOptions,
): Records {
  const said: string[] = []
  const batches = async function* (): AsyncIterable<RawBatch> {
    let rows = from?.text?.rows ?? 0
    try {
      for await (const batch of records.batches) {
        rows += batch.rows
        yield batch
        // Whoever else lives in the process gets a turn.
        await nextTurn()
      }
    } catch (error) {
      if (keep === 'nothing' || rows === 0 || !isBreak(error)) throw error
      said.push(`the file breaks after ${rows} rows, which are kept: ${error.message}`)
    }
  }
  return {
    get form() {
      return typeof form === 'function' ? form() : form
    },
    columns: records.columns,
    batches: batches(),
    place: () => records.place?.() ?? null,
    warnings: () => [...records.warnings(), ...said],
  }
}
