// Plug-ins that come with a config: names and sources.
import { isWasm } from '#engine/sandbox/wasm-plugin.ts'
import { at, type Report } from './problem.ts'
import { isObject } from './shape.ts'

const PLUGINS_MAX = 32
const SOURCE_LENGTH_MAX = 65_536
const MODULE_LENGTH_MAX = 262_144
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
  } else if (source.length > (isWasm(source) ? MODULE_LENGTH_MAX : SOURCE_LENGTH_MAX)) {
    const hint = `Write at most ${SOURCE_LENGTH_MAX} characters, of a module in WebAssembly ${MODULE_LENGTH_MAX}`
    report.problem(path, `The plug-in has ${source.length} characters`, hint)
  } else return true
  return false
}
