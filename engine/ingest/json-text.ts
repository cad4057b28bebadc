// The values of a JSON array, or of JSON lines, cut from a stream one at a time.

import { brokenFile, pastLimit } from './limits.ts'

export type JsonPiece = { text: string; line: number; column: number }

const QUOTE = 34
const BACKSLASH = 92
const NEWLINE = 10

/**
 * Takes text as it comes and gives the values that became whole. In lines a value ends with its line, so that a broken
 * one breaks no other; in an array it ends where its brackets do. `end` gives what is left, or throws where an array is
 * not closed.
 */
export type JsonCutter = { take(text: string): JsonPiece[]; end(): JsonPiece[] }

/** `valueMax` in characters; AppError `payload_too_large` beyond. */
export function createLineCutter(valueMax: number): JsonCutter {
  let held = ''
  let line = 1
  const piece = (text: string): JsonPiece[] => {
    const at = line++
    return text.trim() === '' ? [] : [{ text, line: at, column: 1 }]
  }
  return {
    take(text) {
      const lines = (held + text).split('\n')
      held = lines.pop() as string
      if (held.length > valueMax)
        throw pastLimit(`a row of more than ${valueMax} characters`, { line })
      return lines.flatMap(piece)
    },
    end: () => piece(held),
  }
}

export function createArrayCutter(valueMax: number): JsonCutter {
  let state: 'before' | 'between' | 'within' | 'after' = 'before'
  let depth = 0
  let inString = false
  let escaped = false
  let held: string[] = []
  let heldLength = 0
  let [line, lineStart, offset] = [1, 0, 0]
  let begin = { line: 1, column: 1 }
  const here = (at: number): { line: number; column: number } => {
    return { line, column: offset + at - lineStart + 1 }
  }
  const outside = (code: number, at: number): boolean => {
    if (code <= 32 || (state === 'between' && code === 44)) return false
    if (state === 'before' && code === 91) state = 'between'
    else if (state === 'between' && code === 93) state = 'after'
    else if (state === 'between') {
      state = 'within'
      begin = here(at)
      return true
    } else {
      const message =
        state === 'before' ? 'no array of objects' : 'text behind the end of the array'
      throw brokenFile(message, 'Send one array of objects, or one object a line.', here(at))
    }
    return false
  }
  const take = (text: string): JsonPiece[] => {
    const pieces: JsonPiece[] = []
    let from = 0
    const cut = (to: number): void => {
      held.push(text.slice(from, to))
      pieces.push({ text: held.join(''), ...begin })
      held = []
      heldLength = 0
      state = 'between'
    }
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (state !== 'within') {
        if (outside(code, at)) {
          from = at
          depth = 0
        }
      }
      if (state === 'within') {
        if (escaped) escaped = false
        else if (inString) {
          if (code === BACKSLASH) escaped = true
          else if (code === QUOTE) inString = false
        } else if (code === QUOTE) inString = true
        else if (code === 123 || code === 91) depth++
        else if (code === 125 || code === 93) {
          if (depth === 0) {
            cut(at)
            state = 'after'
          } else if (--depth === 0) cut(at + 1)
        } else if (code === 44 && depth === 0) cut(at)
      }
      if (code === NEWLINE) {
        line++
        lineStart = offset + at + 1
      }
    }
    if (state === 'within') {
      held.push(text.slice(from))
      heldLength += text.length - from
      if (heldLength > valueMax)
        throw pastLimit(`a row of more than ${valueMax} characters`, { line: begin.line })
    }
    offset += text.length
    return pieces
  }
  return {
    take,
    end() {
      if (state === 'after') return []
      const hint = 'The file is cut; send all of it.'
      throw brokenFile('the array is not closed', hint, state === 'within' ? begin : here(0))
    },
  }
}
