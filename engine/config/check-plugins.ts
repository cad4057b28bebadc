// Each custom rule names a plug-in that comes with the config; modules in WebAssembly are such as can be run, and have
// functions of the types that the rule needs.
import { AppError } from '#engine/errors.ts'
import { askedOf } from '#engine/rules/custom-wasm.ts'
import { pluginOf } from '#engine/sandbox/plugin-of.ts'
import type { WasmModule } from '#engine/sandbox/wasm-module.ts'
import { isWasm, readWasm, wasmFault } from '#engine/sandbox/wasm-plugin.ts'
import type { ColumnConfig, DatasetConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'

export function checkPlugins({ tables, plugins }: DatasetConfig, report: Report): void {
  const modules = new Map<string, WasmModule>()
  for (const [name, source] of Object.entries(plugins)) {
    const module = isWasm(source) ? readReported(source, at('/plugins', name), report) : null
    if (module) modules.set(source, module)
  }
  for (const table of tables)
    for (const column of table.columns) {
      const check = (rule: RuleInput, path: string): void => {
        if (rule.type === 'custom')
          checkRule(rule, { plugins, modules, table, column, path }, report)
      }
      if (column.rule !== null) check(column.rule, at(column.path, 'rule'))
      for (const one of column.conditional_rules) check(one.rule, at(one.path, 'rule'))
    }
}

type Place = {
  /** Those in WebAssembly that can be run, by source. */
  modules: ReadonlyMap<string, WasmModule>
  plugins: DatasetConfig['plugins']
  table: TableConfig
  column: ColumnConfig
  path: string
}

function checkRule(rule: RuleInput, place: Place, report: Report): void {
  const { plugins, modules, table, column, path } = place
  const named = String(rule['plugin'])
  checkPlugin(named, plugins, path, report)
  const module = modules.get(pluginOf(plugins, named) ?? '')
  if (module === undefined) return
  const parameters = rule['parameters'] ?? []
  if (!isArguments(parameters)) {
    const message = 'A function in WebAssembly takes its parameters as arguments'
    report.problem(at(path, 'parameters'), message, 'Write a list of numbers, texts and booleans')
    return
  }
  const from = Array.isArray(rule['from']) ? rule['from'] : []
  const columns = from.map((name) => table.columns.find((one) => one.name === name))
  if (columns.some((one) => one === undefined || !one.readable)) return
  const isText = (one?: ColumnConfig) =>
    one === undefined || one.format !== null || !passesNumber(one)
  const texts = columns.map(isText)
  const asked = askedOf(String(rule['function']), parameters, texts, column.type)
  const fault = wasmFault(module, asked)
  const hint = 'Export such a function, or write other parameters and columns in from'
  if (fault !== null) report.problem(at(path, 'function'), `The plug-in ${fault}`, hint)
}

const passesNumber = ({ type }: ColumnConfig): boolean =>
  ['int', 'float', 'decimal', 'bool'].includes(type)

const isArguments = (value: unknown): value is (string | number | boolean)[] =>
  Array.isArray(value) && value.every((one) => ['string', 'number', 'boolean'].includes(typeof one))

function readReported(source: string, path: string, report: Report): WasmModule | null {
  try {
    return readWasm(source)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const hint =
      'Write a module of WebAssembly 1.0 without imports; docs/config.md has what it may have'
    report.unsupported(path, `The plug-in cannot be run: ${error.message}`, hint)
    return null
  }
}

function checkPlugin(
  named: string,
  plugins: DatasetConfig['plugins'],
  path: string,
  report: Report,
): void {
  if (pluginOf(plugins, named) !== null) return
  const names = Object.keys(plugins)
  const write = `Write its source at the top: plugins: {${named}: "function ..."}`
  const hint = names.length > 0 ? nameHint(named, names) : write
  report.problem(at(path, 'plugin'), `There is no plug-in ${quote(named)}`, hint)
}
