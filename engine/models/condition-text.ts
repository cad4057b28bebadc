// Conditions as people write them in one line: income = '>50K' and age between 30 and 40.

import type { Scalar } from '#engine/config/types.ts'

/** A comparison as written; `operator` as read by engine/config/read-condition.ts. */
export type WrittenComparison = { column: string; operator: string; value?: Scalar | Scalar[] }

type Token = { kind: 'word' | 'name' | 'text' | 'number' | 'sign'; text: string }

const TOKEN =
  /\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`([^`]*)`|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.-])|([\p{L}_][\p{L}\p{N}_.-]*)|(<=|>=|<>|!=|==|=|<|>|\(|\)|,))/uy

/** Null for text that is no such condition. */
export function parseConditionText(text: string): WrittenComparison[] | null {
  const tokens = tokensOf(text)
  if (tokens === null) return null
  const reader = { tokens, at: 0 }
  const found: WrittenComparison[] = []
  do {
    const comparison = readComparison(reader)
    if (comparison === null) return null
    found.push(comparison)
  } while (takeWord(reader, 'and'))
  return reader.at === tokens.length ? found : null
}

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const [, single, double, name, number, word, sign] = TOKEN.exec(text) ?? []
    if (single !== undefined) tokens.push({ kind: 'text', text: single.replaceAll("''", "'") })
    else if (double !== undefined) tokens.push({ kind: 'name', text: double.replaceAll('""', '"') })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else return null
  }
  return tokens
}

type Reader = { tokens: readonly Token[]; at: number }

function takeWord(reader: Reader, word: string): boolean {
  const token = reader.tokens[reader.at]
  if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false
  reader.at++
  return true
}

function takeSign(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at]
  if (token?.kind !== 'sign' || token.text !== sign) return false
  reader.at++
  return true
}

/** A column in double quotes stands before an operator; behind one, double quotes are text. */
function readComparison(reader: Reader): WrittenComparison | null {
  const first = reader.tokens[reader.at++]
  if (first?.kind !== 'word' && first?.kind !== 'name') return null
  const column = first.text
  if (takeWord(reader, 'is')) {
    const operator = takeWord(reader, 'not') ? 'is_not_null' : 'is_null'
    return takeWord(reader, 'null') ? { column, operator } : null
  }
  const negated = takeWord(reader, 'not')
  if (takeWord(reader, 'in')) return readList(reader, column, negated ? 'not_in' : 'in')
  if (negated) return null
  if (takeWord(reader, 'between')) {
    const low = readValue(reader)
    const high = takeWord(reader, 'and') ? readValue(reader) : undefined
    if (low === undefined || high === undefined) return null
    return { column, operator: 'between', value: [low, high] }
  }
  const sign = reader.tokens[reader.at++]
  const value = readValue(reader)
  if (sign?.kind !== 'sign' || value === undefined) return null
  return { column, operator: sign.text, value }
}

function readList(reader: Reader, column: string, operator: string): WrittenComparison | null {
  const value: Scalar[] = []
  if (!takeSign(reader, '(')) return null
  do {
    const one = readValue(reader)
    if (one === undefined) return null
    value.push(one)
  } while (takeSign(reader, ','))
  return takeSign(reader, ')') ? { column, operator, value } : null
}

function readValue(reader: Reader): Scalar | undefined {
  const token = reader.tokens[reader.at]
  if (token === undefined || token.kind === 'sign') return undefined
  reader.at++
  if (token.kind === 'number') return Number(token.text)
  const lower = token.text.toLowerCase()
  if (token.kind === 'word' && (lower === 'true' || lower === 'false')) return lower === 'true'
  return token.text
}
