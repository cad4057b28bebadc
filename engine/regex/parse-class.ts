// Classes and escapes of a regular expression: what stands for one character.

import {
  type Characters,
  except,
  NAMED,
  PRINTABLE,
  SURROGATES,
  sizeOf,
  union,
} from './characters.ts'
import { fault, type Reader } from './reader.ts'

/** Characters of one class. */
const CLASS_MAX = 4096

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

const one = (code: number): Characters => [[code, code]]

function refusalOf(char: string): string {
  if (/[1-9k]/.test(char)) return `has the backreference \\${char}, which values cannot be drawn by`
  if (/[bB]/.test(char)) return `has the word boundary \\${char}, which values cannot be drawn by`
  if (/[pP]/.test(char)) return `has a Unicode property \\${char}, which is not supported`
  return `has the escape \\${char}, which is not supported`
}

const HEX = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/

/** The characters of the escape behind a backslash at `at`. */
export function escapeOf(reader: Reader, at: number): Characters {
  const hex = HEX.exec(reader.rest())
  if (hex !== null) {
    reader.skip(hex[0].length)
    return codeOf(Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16), at)
  }
  const char = reader.next()
  const named = Object.hasOwn(NAMED, char) ? NAMED[char] : undefined
  if (named !== undefined) return named
  const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined
  if (control !== undefined) return one(control)
  if (/[A-Za-z0-9]/.test(char)) throw fault(at, refusalOf(char))
  return one(char.codePointAt(0) ?? 0)
}

function codeOf(code: number, at: number): Characters {
  if (code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0) {
    throw fault(at, 'names a character that text cannot hold')
  }
  return one(code)
}

/** The characters of a class whose `[` at `at` was read. */
export function readClass(reader: Reader, at: number): Characters {
  const negated = reader.take('^')
  const ranges: (readonly [number, number])[] = []
  while (!reader.take(']')) {
    if (reader.done()) throw fault(at, 'has a [ without its ]')
    if (/^\[[:.=]/.test(reader.rest())) {
      throw fault(reader.at(), 'has a POSIX class, which is not supported')
    }
    ranges.push(...readRange(reader))
  }
  const set = except(union(ranges), SURROGATES)
  const characters = negated ? except(PRINTABLE, set) : set
  if (characters.length === 0) throw fault(at, 'has a class without characters')
  if (sizeOf(characters) > CLASS_MAX) {
    throw fault(at, `has a class of more than ${CLASS_MAX} characters`)
  }
  return characters
}

function readRange(reader: Reader): Characters {
  const at = reader.at()
  const from = readMember(reader)
  const rest = reader.rest()
  const isRange = rest.startsWith('-') && !rest.startsWith('-]') && rest.length > 1
  if (!isRange) return from
  reader.skip(1)
  const to = readMember(reader)
  const [first, last] = [from[0]?.[0] ?? 0, to[0]?.[0] ?? 0]
  if (from.length > 1 || to.length > 1 || from[0]?.[1] !== first || to[0]?.[1] !== last) {
    throw fault(at, 'has a range between classes')
  }
  if (last < first) throw fault(at, 'has a range that runs backwards')
  return [[first, last]]
}

function readMember(reader: Reader): Characters {
  const at = reader.at()
  const char = reader.next()
  return char === '\\' ? escapeOf(reader, at) : one(char.codePointAt(0) ?? 0)
}
