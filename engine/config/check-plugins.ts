// Each custom rule names a plug-in that comes with the config.
import type { DatasetConfig, RuleInput } from './dataset-config.ts'
import { at, nameHint, quote, type Report } from './problem.ts'
import { pluginOf } from './read-plugins.ts'

export function checkPlugins({ tables, plugins }: DatasetConfig, report: Report): void {
  const check = (rule: RuleInput, path: string): void => {
    if (rule.type === 'custom') checkPlugin(String(rule['plugin']), plugins, path, report)
  }
  for (const { rule, path, conditional_rules } of tables.flatMap(({ columns }) => columns)) {
    if (rule !== null) check(rule, at(path, 'rule'))
    for (const one of conditional_rules) check(one.rule, at(one.path, 'rule'))
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
