// What is wrong with one column, for tests of messages.

import { parseConfig } from '#engine/config/parse.ts'

/** Paths are inside the column `x`, which is what is given as `column`. */
export function problemsOf(column: string): { path: string; message: string }[] {
  const { problems } = parseConfig(`{tables: [{name: t, columns: [{name: x, ${column}}]}]}`)
  return problems.map(({ path, message }) => ({
    path: path.replace('/tables/0/columns/0', ''),
    message,
  }))
}
