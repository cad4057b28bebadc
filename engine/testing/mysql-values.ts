// Reads the INSERT statements of a MySQL dump by the manual's lexical rules (9.1 "Literal Values", 9.2 "Schema Object
// Names"); it shares no code with the writer and throws at whatever it does not expect.

import type { Scalar } from '#engine/config/types.ts'

const ESCAPES: Record<string, string> = {
  ...{ '0': '\0', "'": "'", '"': '"', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a', '\\': '\\' },
}

type Token = { kind: 'text' | 'name' | 'word'; value: string }

function* tokensOf(sql: string): Generator<Token> {
  let at = 0
  const quoted = (mark: string): string => {
    let value = ''
    for (at++; ; at++) {
      const char = sql[at]
      if (char === undefined) throw new Error('a quote is not closed')
      if (char === mark) {
        if (sql[at + 1] !== mark) break
        at++
        value += mark
      } else if (char === '\\' && mark === "'") {
        const next = sql[++at] ?? ''
        const meant = ESCAPES[next]
        if (meant === undefined) throw new Error(`no escape \\${next}`)
        value += meant
      } else if (char === '\0') throw new Error('a zero byte')
      else value += char
    }
    at++
    return value
  }
  while (at < sql.length) {
    const char = sql[at] ?? ''
    if (char === ' ' || char === '\n') at++
    else if (char === "'") yield { kind: 'text', value: quoted("'") }
    else if (char === '`') yield { kind: 'name', value: quoted('`') }
    else if ('(),;='.includes(char)) {
      at++
      yield { kind: 'word', value: char }
    } else {
      const word = /^[\w.+-]+/.exec(sql.slice(at, at + 64))?.[0]
      if (word === undefined) throw new Error(`${JSON.stringify(char)} at ${at}`)
      at += word.length
      yield { kind: 'word', value: word }
    }
  }
}

function scalarOf({ kind, value }: Token): Scalar {
  if (kind === 'text') return value
  if (value === 'NULL') return null
  if (value === 'true' || value === 'false') return value === 'true'
  const number = Number(value)
  if (kind === 'name' || Number.isNaN(number)) throw new Error(`${value} is no value`)
  return number
}

export type Insert = { table: string; columns: string[]; rows: Scalar[][] }

/** Statements other than INSERT are passed over. */
export function readInserts(sql: string): Insert[] {
  const tokens = tokensOf(sql)
  const next = (): Token => {
    const { value } = tokens.next()
    if (value === undefined) throw new Error('the statement does not end')
    return value as Token
  }
  const expect = (word: string): void => {
    const { kind, value } = next()
    if (kind !== 'word' || value !== word) throw new Error(`${value} is not ${word}`)
  }
  const list = (read: (token: Token) => Scalar): Scalar[] => {
    const values: Scalar[] = []
    expect('(')
    for (;;) {
      values.push(read(next()))
      const { value } = next()
      if (value === ')') return values
      if (value !== ',') throw new Error(`${value} between values`)
    }
  }
  const inserts: Insert[] = []
  for (const first of tokens) {
    if (first.kind !== 'word' || first.value !== 'insert') {
      let token = first
      while (!(token.kind === 'word' && token.value === ';')) token = next()
      continue
    }
    expect('into')
    const insert: Insert = { table: next().value, columns: [], rows: [] }
    insert.columns = list(({ value }) => value).map(String)
    expect('values')
    for (let token: Token; ; ) {
      insert.rows.push(list(scalarOf))
      token = next()
      if (token.value === ';') break
      if (token.value !== ',') throw new Error(`${token.value} between rows`)
    }
    inserts.push(insert)
  }
  return inserts
}
