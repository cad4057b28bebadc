// The regular expressions that values can be drawn from: literals, classes, groups, alternatives, repetition and
// anchors at the ends, as JavaScript, Python and PCRE agree on them. Everything else is refused, with its place.

import { PRINTABLE } from './characters.ts'
import { longestOf, type Node, weightOf } from './node.ts'
import { escapeOf, readClass } from './parse-class.ts'
import { createReader, fault, type Reader, RegexFault } from './reader.ts'

/** Characters of an expression. */
export const REGEX_MAX = 1000
/** Characters of the longest word that an expression may stand for. */
const WORD_MAX = 1000
/** What `*`, `+` and `{n,}` add at most to the number of repetitions that they ask for. */
const UNBOUNDED = 10

const DEPTH_MAX = 50
const WEIGHT_MAX = 20_000
const GROUP = /^\(\?(?::|P?<([A-Za-z_]\w*)>)/

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<?[=!]/, 'looks ahead or behind, which values cannot be drawn by'],
  [/^\(\?>/, 'is an atomic group, which is not supported'],
  [/^\(\?P=/, 'is a backreference, which values cannot be drawn by'],
  [/^\(\?#/, 'is a comment, which is not supported'],
  [/^\(\?\(/, 'is a conditional group, which is not supported'],
  [/^\(\?/, 'sets flags, which are not supported'],
]

export type Parsed = { node: Node } | { fault: string }

/** The tree of an expression; or what is wrong with it, in words that name the character, counted from 1. */
export function parseRegex(text: string): Parsed {
  if (text.length > REGEX_MAX) return { fault: `is longer than ${REGEX_MAX} characters` }
  try {
    const reader = createReader(text)
    const node = readEither(reader, 0)
    if (!reader.done()) throw fault(reader.at(), 'has a ) without its (')
    return checked(node)
  } catch (error) {
    if (error instanceof RegexFault) return { fault: error.message }
    throw error
  }
}

function checked(node: Node): Parsed {
  const longest = longestOf(node)
  if (longest > WORD_MAX) {
    return { fault: `stands for text of ${longest} characters, and ${WORD_MAX} is the most` }
  }
  if (weightOf(node) > WEIGHT_MAX) return { fault: 'is too large with its repetitions written out' }
  return { node }
}

function readEither(reader: Reader, depth: number): Node {
  if (depth > DEPTH_MAX) throw fault(reader.at(), `nests groups more than ${DEPTH_MAX} deep`)
  const options = [readSequence(reader, depth)]
  while (reader.take('|')) options.push(readSequence(reader, depth))
  return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'either', options }
}

function readSequence(reader: Reader, depth: number): Node {
  const parts: Node[] = []
  while (!reader.done() && reader.peek() !== '|' && reader.peek() !== ')') {
    if (skipAnchor(reader, depth === 0, parts.length === 0)) continue
    parts.push(readRepeat(reader, readAtom(reader, depth)))
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'sequence', parts }
}

/** Anchors stand where they say nothing: at the ends of the expression or of one of its alternatives. */
function skipAnchor(reader: Reader, top: boolean, first: boolean): boolean {
  const at = reader.at()
  const anchor = ['^', '$', '\\A', '\\Z', '\\z'].find((text) => reader.take(text))
  if (anchor === undefined) return false
  const opens = anchor === '^' || anchor === '\\A'
  const last = reader.done() || reader.peek() === '|'
  if (top && (opens ? first : last)) return true
  throw fault(at, `${anchor} stands inside; anchors are for the ends`)
}

function readAtom(reader: Reader, depth: number): Node {
  const at = reader.at()
  const char = reader.next()
  if (char === '(') return readGroup(reader, at, depth)
  if (char === '[') return { kind: 'class', set: readClass(reader, at) }
  if (char === '.') return { kind: 'class', set: PRINTABLE }
  if (char === '\\') return { kind: 'class', set: escapeOf(reader, at) }
  if (char === '*' || char === '+' || char === '?') {
    throw fault(at, `has a ${char} with nothing to repeat`)
  }
  const code = char.codePointAt(0) ?? 0
  return { kind: 'class', set: [[code, code]] }
}

function readGroup(reader: Reader, at: number, depth: number): Node {
  const text = `(${reader.rest()}`
  const open = GROUP.exec(text)
  const refused = open === null ? REFUSED.find(([pattern]) => pattern.test(text)) : undefined
  if (refused !== undefined) throw fault(at, refused[1])
  if (open !== null) reader.skip(open[0].length - 1)
  const node = readEither(reader, depth + 1)
  if (!reader.take(')')) throw fault(at, 'has a ( without its )')
  return node
}

const COUNT = /^\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/

function readRepeat(reader: Reader, part: Node): Node {
  const at = reader.at()
  const bounds = readBounds(reader, at)
  if (bounds === null) return part
  // A lazy repetition stands for the same words.
  reader.take('?')
  if (
    ['+', '*', '{'].includes(reader.peek()) &&
    (reader.peek() !== '{' || COUNT.test(reader.rest()))
  )
    throw fault(reader.at(), 'repeats a repetition; put it in a group')
  return { kind: 'repeat', part, ...bounds }
}

type Bounds = { min: number; max: number; open: boolean }

function readBounds(reader: Reader, at: number): Bounds | null {
  if (reader.take('*')) return { min: 0, max: UNBOUNDED, open: true }
  if (reader.take('+')) return { min: 1, max: UNBOUNDED, open: true }
  if (reader.take('?')) return { min: 0, max: 1, open: false }
  const count = COUNT.exec(reader.rest())
  if (count === null) return null
  reader.skip(count[0].length)
  const min = Number(count[1])
  const open = count[2] !== undefined && count[3] === undefined
  const max = open ? min + UNBOUNDED : Number(count[3] ?? min)
  if (max < min) throw fault(at, `repeats at least ${min} and at most ${max} times`)
  return { min, max, open }
}
