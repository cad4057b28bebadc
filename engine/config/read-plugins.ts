// Plug-ins that come with a config: names and sources; and whether each custom rule names one of them.
import { createHash } from 'node:crypto'
import type { ColumnConfig, DatasetConfig, RuleInput } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { isObject } from './shape.ts'

const PLUGINS_MAX = 32
const SOURCE_LENGTH_MAX = 65_536
const NAME_LENGTH_MAX = 128

/** By name; what could not be read is reported and left out. */
export function readPlugins(value: unknown, report: Report): Record<string, string> {
  if (value === undefined) return {}
  const entries = isObject(value) ? Object.entries(value) : []
  if (entries.length === 0 || entries.length > PLUGINS_MAX) {
    const hint = "Write plugins: {shop: 'function sku({row}) { return 1000 + row }'}"
    report.problem('/plugins', `plugins are 1 to ${PLUGINS_MAX} names with their sources`, hint)
    return {}
  }
  const plugins: Record<string, string> = {}
  for (const [name, source] of entries)
    if (isPlugin(name, source, report)) plugins[name] = String(source)
  return plugins
}

function isPlugin(name: string, source: unknown, report: Report): boolean {
  const path = at('/plugins', name)
  if (name.length > NAME_LENGTH_MAX) {
    report.problem(path, 'The name is long', `Write at most ${NAME_LENGTH_MAX} characters`)
  } else if (typeof source !== 'string' || source.trim() === '') {
    const hint = 'Write it as text: a function for each rule that uses it'
    report.problem(path, 'A plug-in is the text of a JavaScript program', hint)
  } else if (source.length > SOURCE_LENGTH_MAX) {
    const hint = `Write at most ${SOURCE_LENGTH_MAX} characters`
    report.problem(path, `The plug-in has ${source.length} characters`, hint)
  } else return true
  return false
}

/** The plug-in that a rule names, by its name or its digest; null when there is none. */
export function pluginOf(plugins: Readonly<Record<string, string>>, named: string): string | null {
  if (Object.hasOwn(plugins, named)) return plugins[named] ?? null
  const digest = named.replace(/^sha256[:-]/, '').toLowerCase()
  return Object.values(plugins).find((source) => sha256(source) === digest) ?? null
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Reports custom rules whose plug-in or columns are not there. */
export function checkPlugins({ tables, plugins }: DatasetConfig, report: Report): void {
  for (const { columns } of tables) {
    for (const column of columns) {
      if (column.rule !== null) checkRule(column.rule, at(column.path, 'rule'))
      for (const one of column.conditional_rules) checkRule(one.rule, at(one.path, 'rule'))
    }
    function checkRule(rule: RuleInput, path: string): void {
      if (rule.type !== 'custom') return
      checkPlugin(String(rule['plugin']), at(path, 'plugin'))
      checkFrom(rule, path, columns, report)
    }
  }
  function checkPlugin(named: string, path: string): void {
    if (pluginOf(plugins, named) !== null) return
    const names = Object.keys(plugins)
    const hint =
      names.length > 0
        ? nameHint(named, names)
        : `Write its source at the top: plugins: {${named}: "function ..."}`
    report.problem(path, `There is no plug-in ${quote(named)}`, hint)
  }
}

function checkFrom(
  { from }: RuleInput,
  path: string,
  columns: readonly ColumnConfig[],
  report: Report,
): void {
  const names = columns.map(({ name }) => name)
  for (const [i, name] of (Array.isArray(from) ? from : []).map(String).entries()) {
    if (names.includes(name)) continue
    const message = `There is no column ${quote(name)}`
    report.problem(at(at(path, 'from'), i), message, nameHint(name, names))
  }
}
