// Ready configs by name: the files of examples/.

import { readdirSync, readFileSync } from 'node:fs'
import { parseConfig } from '#engine/config/parse.ts'

const FOLDER = new URL('../../examples/', import.meta.url)
const ENDING = '.yaml'

export type Template = {
  name: string
  /** What the config shows, in its own first lines. */
  description: string
  tables: string[]
  /** YAML, as it is submitted. */
  config: string
}

let known: Map<string, Template> | null = null

/** By name, in alphabetical order; read once. */
export function templates(): ReadonlyMap<string, Template> {
  known ??= new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith(ENDING))
      .toSorted()
      .map((file) => {
        const template = readTemplate(file)
        return [template.name, template]
      }),
  )
  return known
}

function readTemplate(file: string): Template {
  const config = readFileSync(new URL(file, FOLDER), 'utf8')
  const tables = parseConfig(config).config.tables.map(({ name }) => name)
  return {
    name: file.slice(0, -ENDING.length),
    description: firstSentences(config),
    tables,
    config,
  }
}

/** The comment that the file opens with, up to its first empty line. */
function firstSentences(text: string): string {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !/^# \S/.test(line))
  return lines
    .slice(0, end)
    .map((line) => line.slice(2))
    .join(' ')
}
