// Every rule of the config language and what compiles it: a new rule is a file and a line here.

import type { Rule } from '#engine/config/types.ts'
import { compileArray } from './array.ts'
import { compileBoolean, compileChoice, compileConstant } from './choice.ts'
import { compileCustom } from './custom.ts'
import { compileDate } from './date.ts'
import { compileDistribution } from './distribution.ts'
import { compileExpressionRule } from './expression.ts'
import { compileHistogram } from './histogram.ts'
import { compileObject } from './json.ts'
import type { Kernel, RuleCompiler, RuleContext } from './kernel.ts'
import { compileLearned } from './learned.ts'
import { MADE_UP_COMPILERS } from './made-up.ts'
import { compileMixture } from './mixture.ts'
import { compileNormal } from './normal.ts'
import { compilePhone } from './phone.ts'
import { compileAxis, compilePoint } from './point.ts'
import { compileRange } from './range.ts'
import { compileRegex } from './regex.ts'
import { compileSequence } from './sequence.ts'
import { compileSeries } from './series.ts'
import { compileStateMachine } from './state-machine.ts'
import { compileTemplate } from './template.ts'
import { compileTogether } from './together.ts'
import { compileUuid } from './uuid.ts'
import { compileWalk } from './walk.ts'
import { WORD_COMPILERS } from './word-compilers.ts'

const COMPILERS: { [T in Rule['type']]: RuleCompiler<T> } = {
  sequence: compileSequence,
  range: compileRange,
  choice: compileChoice,
  constant: compileConstant,
  boolean: compileBoolean,
  uuid: compileUuid,
  normal: compileNormal,
  lognormal: compileNormal,
  exponential: compileDistribution,
  gamma: compileDistribution,
  beta: compileDistribution,
  pareto: compileDistribution,
  weibull: compileDistribution,
  poisson: compileDistribution,
  binomial: compileDistribution,
  geometric: compileDistribution,
  zipf: compileDistribution,
  mixture: compileMixture,
  histogram: compileHistogram,
  phone: compilePhone,
  regex: compileRegex,
  ...WORD_COMPILERS,
  ...MADE_UP_COMPILERS,
  date: compileDate,
  datetime: compileDate,
  time: compileDate,
  latitude: compileAxis,
  longitude: compileAxis,
  point: compilePoint,
  object: compileObject,
  array: compileArray,
  series: compileSeries,
  walk: compileWalk,
  state_machine: compileStateMachine,
  template: compileTemplate,
  together: compileTogether,
  expression: compileExpressionRule,
  custom: compileCustom,
  learned: compileLearned,
  reference: (rule, context) => ({
    vector: context.parent(rule.foreign_key, rule.column),
    fill: () => undefined,
  }),
}

/** The kernel of a rule, of the type that the rule gives. */
export function compileRule(rule: Rule, context: RuleContext): Kernel {
  const compiler = COMPILERS[rule.type] as (rule: Rule, context: RuleContext) => Kernel
  return compiler(rule, context)
}
