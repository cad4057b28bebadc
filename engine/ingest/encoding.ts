// Bytes of a text file as UTF-8, whatever they were written in.

import { isAscii, isUtf8 } from 'node:buffer'
import { brokenFile } from './limits.ts'

/** What the first bytes say: a byte order mark, or every other byte NUL; null where they do not. */
export function encodingByMark(head: Uint8Array): string | null {
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (head.length >= 4 && b === 0 && head[3] === 0 && a !== 0 && c !== 0) return 'utf-16le'
  if (head.length >= 4 && a === 0 && c === 0 && b !== 0 && head[3] !== 0) return 'utf-16be'
  return null
}

/**
 * UTF-8 or windows-1252, by the bytes beyond ASCII; `ended` where none follow. ASCII is told to be UTF-8.
 */
function encodingByBytes(head: Uint8Array, ended: boolean): string {
  return isUtf8(ended ? head : head.subarray(0, wholeEnd(head))) ? 'utf-8' : 'windows-1252'
}

/** Where the last character that is whole in UTF-8 ends, if the rest can still become one. */
function wholeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

export type Utf8 = { chunks: AsyncIterable<Buffer>; encoding(): string }

/**
 * The text as UTF-8 without a mark. `given` null: told by the first bytes beyond ASCII, wherever they are. What is
 * `within` a file begins with no mark.
 * AppError `invalid_request` with the line of bytes that are not in the encoding, or of a NUL.
 */
export function asUtf8(
  source: AsyncIterable<Uint8Array>,
  given: string | null,
  { within = false }: { within?: boolean } = {},
): Utf8 {
  let encoding = given
  const chunks = async function* (): AsyncIterable<Buffer> {
    let line = 1
    let convert: Converter | null = encoding === null ? null : createConverter(encoding)
    const checked = function* ({ text, fault }: Converted): Iterable<Buffer> {
      const end = text.indexOf(0)
      const good = end < 0 ? text : text.subarray(0, end)
      if (good.length > 0) yield good
      line += lines(good)
      if (end >= 0) throw nul(good, line)
      if (fault) throw notIn(encoding as string, line)
    }
    for await (const chunk of source) {
      if (convert === null && !isAscii(chunk)) {
        encoding = encodingByBytes(chunk, false)
        convert = createConverter(encoding)
      }
      yield* checked(convert === null ? { text: asBuffer(chunk), fault: false } : convert(chunk))
    }
    if (convert !== null) yield* checked(convert(null))
  }
  return { chunks: within ? chunks() : withoutMark(chunks()), encoding: () => encoding ?? 'utf-8' }
}

/** What is good, and whether something follows that is not. */
type Converted = { text: Buffer; fault: boolean }

/** Null ends the text. */
type Converter = (chunk: Uint8Array | null) => Converted

const NOTHING = Buffer.alloc(0)

function createConverter(encoding: string): Converter {
  if (encoding === 'utf-8') return createUtf8Check()
  const decoder = new TextDecoder(encoding, { fatal: true })
  return (chunk) => {
    try {
      const text = chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true })
      return { text: Buffer.from(text), fault: false }
    } catch {
      return { text: NOTHING, fault: true }
    }
  }
}

function createUtf8Check(): Converter {
  let held: Uint8Array = NOTHING
  return (chunk) => {
    if (chunk === null) return { text: NOTHING, fault: held.length > 0 }
    const joined = held.length === 0 ? asBuffer(chunk) : Buffer.concat([held, chunk])
    const end = wholeEnd(joined)
    const whole = joined.subarray(0, end)
    held = Uint8Array.from(joined.subarray(end))
    return isUtf8(whole) ? { text: whole, fault: false } : { text: goodPart(whole), fault: true }
  }
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let first = true
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    first = false
    yield marked ? chunk.subarray(3) : chunk
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function lines(text: Buffer): number {
  let found = 0
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) found++
  return found
}

/** The longest beginning that is whole characters, by halves. */
function goodPart(bytes: Buffer): Buffer {
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    const before = bytes.subarray(0, middle)
    if (isUtf8(before.subarray(0, wholeEnd(before)))) good = middle
    else bad = middle
  }
  const before = bytes.subarray(0, good)
  return before.subarray(0, wholeEnd(before))
}

function notIn(encoding: string, line: number): Error {
  const hint =
    'Name the encoding of the file (such as windows-1252 or utf-16le), or save it as UTF-8.'
  return brokenFile(`bytes that are not ${encoding}`, hint, { line })
}

function nul(before: Buffer, line: number): Error {
  const column = before.length - (before.lastIndexOf(10) + 1) + 1
  const hint = 'The file is not text, or was cut from memory; export it again.'
  return brokenFile('a NUL byte', hint, { line, column })
}
