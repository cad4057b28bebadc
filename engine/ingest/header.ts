// Whether the first row of a file names its columns.

import { scanNumber } from './number-text.ts'
import { createNameCounter } from './person-names.ts'
import { meaningOf } from './semantic-checks.ts'

const DATE_LIKE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/
/** So many cells of one form below are a column of codes. */
const CODES_MIN = 2

/**
 * Of cells without blanks around them. Names are distinct words; values are numbers, dates, nothing, come again below, or
 * are told by their column: a first row that is taken for names is shown to all.
 */
export function hasHeader([first, ...below]: readonly string[][]): boolean {
  if (first === undefined) return true
  if (first.some((name) => scanNumber(name) >= 0 || DATE_LIKE.test(name))) return false
  if (first.some((name, at) => isValueOf(name, cellsOf(below, at)))) return false
  const typed = below.some((row) => row.some((text) => scanNumber(text) >= 0))
  const isNamed = first.every((name) => name !== '')
  if (new Set(first).size < first.length && below.length > 0 && isNamed) return typed
  if (typed) return true
  const again = first.filter((name, at) => name !== '' && below.some((row) => row[at] === name))
  return again.length * 2 < Math.max(1, first.length) || again.length === 0
}

const cellsOf = (rows: readonly string[][], at: number): string[] =>
  rows.map((row) => row[at] ?? '').filter((text) => text !== '')

/** Whether the text is one of a column of addresses, people or codes. */
function isValueOf(text: string, cells: readonly string[]): boolean {
  const meaning = meaningOf(text)
  if (meaning !== null) return cells.some((cell) => meaningOf(cell) === meaning)
  if (isPerson(text)) return cells.filter(isPerson).length * 2 > cells.length
  const form = formOf(text)
  return form !== null && cells.length >= CODES_MIN && cells.every((cell) => formOf(cell) === form)
}

function isPerson(text: string): boolean {
  if (!text.includes(' ')) return false
  const counter = createNameCounter()
  counter.add(text)
  return counter.seen().full > 0
}

/** Of a code with two digits or more in it, which stand for any others; null for what is none. */
function formOf(text: string): string | null {
  const isCode = text.length <= 64 && /\d.*\d/.test(text) && /^[\w:./#-]+$/.test(text)
  return isCode ? text.replace(/\d/g, '0').replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a') : null
}
