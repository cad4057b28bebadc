// Source text or object to a config that holds together: everything that is wrong is reported at once, with its place
// and what to write.
import { checkAnomalies } from './check-anomalies.ts'
import { checkConditions } from './check-conditions.ts'
import { checkConstraints } from './check-constraints.ts'
import { checkCycles } from './check-cycles.ts'
import { checkDecimals } from './check-decimals.ts'
import { checkEntities } from './check-entities.ts'
import { checkExpressions } from './check-expressions.ts'
import { checkJoint } from './check-joint.ts'
import { checkModifiers } from './check-modifiers.ts'
import { checkNames } from './check-names.ts'
import { checkNulls } from './check-nulls.ts'
import { checkPlugins } from './check-plugins.ts'
import { checkReferences } from './check-references.ts'
import { checkSelf } from './check-self.ts'
import { checkTemplates } from './check-templates.ts'
import { checkUnique } from './check-unique.ts'
import type { DatasetConfig } from './dataset-config.ts'
import { linkReferences } from './link-references.ts'
import { type ConfigProblem, createReport, type Report } from './problem.ts'
import { emptyConfig, readDataset } from './read-dataset.ts'
import { createLocate, type Locate, readSource } from './read-source.ts'
import { type Samples, samplesNamed, withSamples } from './samples.ts'

export type ParsedConfig = {
  /** Whole and consistent when there are no problems; else what could be read. */
  config: DatasetConfig
  problems: ConfigProblem[]
  warnings: string[]
  /** For problems that are found later. */
  locate: Locate
}

const CHECKS: readonly ((config: DatasetConfig, report: Report) => void)[] = [
  checkNames,
  checkReferences,
  checkSelf,
  checkConstraints,
  checkAnomalies,
  checkCycles,
  checkConditions,
  checkPlugins,
  checkTemplates,
  checkExpressions,
  checkEntities,
  checkNulls,
  checkUnique,
  checkJoint,
  checkDecimals,
  checkModifiers,
]

/**
 * Never throws on bad input. Problems carry line and column when the source is text. `samples`: those that a config may
 * name, where there are any.
 */
export function parseConfig(
  source: string | object,
  { samples = null }: { samples?: Samples | null } = {},
): ParsedConfig {
  const report = createReport()
  const read = readSource(source, report)
  const config = read.usable
    ? readAndCheck(withSamples(read.value, samples, report), report)
    : emptyConfig()
  const locate = createLocate(read, report.names)
  for (const problem of report.problems) locate(problem)
  return { config, problems: report.problems, warnings: report.warnings, locate }
}

function readAndCheck(value: unknown, report: Report): DatasetConfig {
  const config = linkReferences(readDataset(value, report), report)
  for (const check of CHECKS) check(config, report)
  return config
}

/** What a config calls its samples; none where it cannot be read. */
export function samplesOf(source: string | object): string[] {
  const namesNone =
    typeof source === 'string' ? !source.includes('samples') : !('samples' in source)
  if (namesNone) return []
  return samplesNamed(readSource(source, createReport()).value)
}
