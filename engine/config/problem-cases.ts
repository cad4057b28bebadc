// For tests: sources with one mistake each, and the problem that must be reported for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './parse.ts'

export type Expected = {
  path: string
  message: RegExp
  hint?: RegExp
  unsupported?: boolean
}

export type Cases = Record<string, [string | object, Expected]>

/** A table with these columns, in flow style. */
export const columns = (...list: string[]): string =>
  `tables:\n  - name: t\n    columns:\n${list.map((one) => `      - ${one}\n`).join('')}`

/** A table with one column, c. */
export const column = (rest: string): string => columns(`{name: c, ${rest}}`)

/** Two tables, the second with these columns and these table settings. */
export const child = (list: string[], rest = ''): string =>
  `tables:
  - name: parents
    columns:
      - {name: id, type: int, constraints: [PK]}
      - {name: label, type: str}
  - name: kids
${rest}    columns:
${list.map((one) => `      - ${one}\n`).join('')}`

/** The foreign keys of a table, in flow style. */
export const foreign = (keys: string): string => `    foreign_keys: [${keys}]\n`

/** The path of the one column of `column`. */
export const C = '/tables/0/columns/0'

/** One test per case: the problem is there, with a hint, marked as it should be, with its place in the text. */
export function testCases(cases: Cases): void {
  for (const [name, [source, expected]] of Object.entries(cases)) {
    test(`${name}: named with its place and what to write`, () => expectProblem(source, expected))
  }
}

function expectProblem(source: string | object, expected: Expected): void {
  const { problems } = parseConfig(source)
  const found = problems.find(
    ({ path, message }) => path === expected.path && expected.message.test(message),
  )
  assert.ok(found, JSON.stringify(problems))
  assert.ok(found.hint !== undefined && found.hint !== '')
  if (expected.hint) assert.match(found.hint, expected.hint)
  assert.equal(found.unsupported === true, expected.unsupported === true)
  if (typeof source === 'string') assert.ok((found.line ?? 0) >= 1 && (found.column ?? 0) >= 1)
}
