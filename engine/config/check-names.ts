// Names: no two tables and no two columns of a table alike, none with control characters.
import type { DatasetConfig, TableConfig } from './dataset-config.ts'
import { fileExtension } from './output-formats.ts'
import { at, quote, type Report } from './problem.ts'
import type { ResolvedOutput } from './types.ts'

export function checkNames({ tables }: DatasetConfig, report: Report): void {
  const seen = new Map<string, string>()
  for (const { name, path, columns } of tables) {
    const folded = name.toLowerCase()
    const first = seen.get(folded)
    if (first !== undefined) {
      const hint = `Rename one: ${quote(first)} comes before, and case does not tell files apart`
      report.problem(at(path, 'name'), `Two tables are named ${quote(name)}`, hint)
    }
    seen.set(folded, name)
    checkColumnNames(columns, report)
  }
}

/** Files that every output has beside those of its tables. */
const FILES_OF_AN_OUTPUT = ['manifest.json', 'chunks.jsonl']

/** A table's file may not stand where a file of the output itself does. */
export function checkFileNames(
  { tables }: DatasetConfig,
  output: ResolvedOutput,
  report: Report,
): void {
  const extension = fileExtension(output)
  for (const { name, path } of tables) {
    const file = `${name}.${extension}`
    if (!FILES_OF_AN_OUTPUT.includes(file.toLowerCase())) continue
    const message = `${quote(file)} is the name of another file of the output`
    report.problem(at(path, 'name'), message, `Rename the table, for example to ${name}_data`)
  }
}

function checkColumnNames(columns: TableConfig['columns'], report: Report): void {
  const seen = new Set<string>()
  for (const { name, path } of columns) {
    if (seen.has(name)) {
      report.problem(at(path, 'name'), `Two columns are named ${quote(name)}`, 'Rename one of them')
    }
    if (/\p{Cc}/u.test(name)) {
      const hint = 'Remove line breaks and tabs from the name'
      report.problem(at(path, 'name'), 'The column name has control characters', hint)
    }
    seen.add(name)
  }
}
