// Places of problems: configs with one mistake, each marked where the problem must point at.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { parseConfig } from '#engine/config/parse.ts'
import type { ConfigProblem } from '#engine/config/problem.ts'
import { type ResolveRequest, resolveConfig } from '#engine/config/resolve.ts'
import { AppError } from '#engine/errors.ts'

/** Where the problem is: this mark stands in front of it, and is taken out of the text. */
const MARK = '@@'

/** What reading finds, or else resolving. */
export function problemsOf(
  text: string,
  request: Partial<ResolveRequest>,
): readonly ConfigProblem[] {
  const { config, problems, locate } = parseConfig(text)
  if (problems.length > 0) return problems
  try {
    resolveConfig(config, { now: 0, ...request }, locate)
  } catch (error) {
    if (error instanceof AppError) return error.problems
    throw error
  }
  return []
}

function exists(pointer: string, root: unknown): boolean {
  let node = root
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return false
    node = (node as Record<string, unknown>)[key]
  }
  return true
}

export type Case = [marked: string, message: RegExp, request?: Partial<ResolveRequest>]

/** One test per case: line, column and path of the problem are those of the marked node. */
export function checkPlaces(cases: readonly Case[]): void {
  for (const [marked, message, request = {}] of cases) {
    test(`${marked.replaceAll(/\s+/g, ' ').trim().slice(0, 150)} at its place`, () => {
      const before = marked.slice(0, marked.indexOf(MARK)).split('\n')
      const text = marked.replace(MARK, '')
      const problems = problemsOf(text, request)
      const found = problems.find((one) => message.test(one.message))
      assert.ok(found, JSON.stringify(problems))
      const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 }
      assert.deepEqual({ line: found.line, column: found.column }, place, JSON.stringify(found))
      assert.ok(found.hint)
      assert.ok(exists(found.path, parse(text)), found.path)
    })
  }
}

/** A table with these columns, one a line. */
export const table = (columns: string, rest = '') =>
  `tables:\n  - name: t\n${rest === '' ? '' : `    ${rest}\n`}    columns:\n${columns
    .split('\n')
    .map((one) => `      - ${one}\n`)
    .join('')}`

/** A table with one column. */
export const column = (rest: string) => table(`{name: c, ${rest}}`)

/** A parent and a child with this foreign key and these columns. */
export const child = (
  keys: string,
  columns: string,
  parents = '{name: id, type: int, constraints: [PK]}',
) => `tables:
  - name: p
    columns:
      - ${parents}
  - name: k
    foreign_keys:
      - ${keys}
    columns:
${columns
  .split('\n')
  .map((one) => `      - ${one}\n`)
  .join('')}`

/** A primary key. */
export const KEY = '{name: id, type: int, constraints: [PK]}'
