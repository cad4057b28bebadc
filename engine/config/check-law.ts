// Distributions inside expressions: their parameters are checked as those of the rule of that name are.
import type { CheckLaw } from '#engine/expression/draws.ts'
import { createReport } from './problem.ts'
import { RULE_NAMES, RULES } from './rules/registry.ts'
import { checkShape } from './shape.ts'

/** What is wrong with the parameters; `later` where this release has no such rule. */
export const checkLaw: CheckLaw = (law, columnType) => {
  const spec = RULES.get(law.type)
  if (spec === undefined) {
    const message = `the distribution ${law.type} is not supported by this release`
    return { message, hint: `Rules of this release: ${RULE_NAMES.join(', ')}.`, later: true }
  }
  const report = createReport()
  const options = { what: `distribution ${law.type}`, later: spec.later }
  if (checkShape(spec.schema, law, '', report, options)) {
    spec.check(law, { path: '', columnType, report, nested: () => null, inArray: false })
  }
  const [problem] = report.problems
  return problem === undefined ? null : { message: problem.message, hint: problem.hint ?? '' }
}
