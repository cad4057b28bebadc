// The draws of a law by its parameters.

import type { LawRule } from '#engine/config/types.ts'
import { createKept } from '#engine/kept.ts'
import { paretoLaw, weibullLaw } from './closed-laws.ts'
import { drawBinomial, drawGeometric, drawPoisson, reaches } from './count-laws.ts'
import type { Support } from './count-table.ts'
import { type Draw, type Law, LEAST_MASS, massBetween, truncated } from './law.ts'
import { betaLaw, gammaLaw } from './smooth-laws.ts'
import { drawZipf } from './zipf.ts'

type CountRule = Extract<LawRule, { type: 'poisson' | 'binomial' | 'geometric' | 'zipf' }>
type DensityRule = Exclude<LawRule, CountRule>

const COUNTS: readonly string[] = ['poisson', 'binomial', 'geometric', 'zipf']

/** Whether the law is one of whole numbers. */
export function isCount(rule: LawRule): rule is CountRule {
  return COUNTS.includes(rule.type)
}

function lawOf(rule: DensityRule): Law {
  switch (rule.type) {
    case 'exponential':
      return weibullLaw(1, 1 / rule.rate)
    case 'weibull':
      return weibullLaw(rule.shape, rule.scale)
    case 'pareto':
      return paretoLaw(rule.shape, rule.scale)
    case 'gamma':
      return gammaLaw(rule.shape, rule.scale)
    case 'beta':
      return betaLaw(rule.alpha, rule.beta)
  }
}

/** Values that the law can have, both included; empty where the bounds leave none. */
function supportOf(rule: CountRule): Support {
  const { type, min, max } = rule
  const least = type === 'poisson' || type === 'binomial' ? 0 : 1
  const most = type === 'binomial' || type === 'zipf' ? rule.n : null
  return {
    first: Math.max(least, Math.ceil(min ?? least)),
    last: Math.min(most ?? Number.MAX_SAFE_INTEGER, Math.floor(max ?? Number.MAX_SAFE_INTEGER)),
  }
}

/** Whether the law has values between its bounds, and not too rare ones to draw. */
export function hasValues(rule: LawRule): boolean {
  if (!isCount(rule)) return massBetween(lawOf(rule), rule) >= LEAST_MASS
  const support = supportOf(rule)
  const { first, last } = support
  if (first > last) return false
  switch (rule.type) {
    case 'poisson':
      return rule.mean === 0 ? first === 0 : reaches(rule.mean, rule.mean, support)
    case 'binomial':
      if (rule.p === 0) return first === 0
      if (rule.p === 1) return last === rule.n
      return reaches(rule.n * rule.p, rule.n * rule.p * (1 - rule.p), support)
    case 'geometric':
      return rule.p < 1 || first === 1
    case 'zipf':
      return true
  }
}

function drawCount(rule: CountRule): Draw {
  const support = supportOf(rule)
  switch (rule.type) {
    case 'poisson':
      return drawPoisson(rule.mean, support)
    case 'binomial':
      return drawBinomial(rule.n, rule.p, support)
    case 'geometric':
      return drawGeometric(rule.p, support)
    case 'zipf':
      return drawZipf(rule.s, support)
  }
}

/** Laws whose tables are kept. */
const keep = createKept<Draw>(32)

/**
 * Values of the law between its bounds as a never falling function of one uniform number in (0, 1), not rounded to
 * its decimals; those of counts are whole. The rule is one that `hasValues`.
 */
export function drawOf(rule: LawRule): Draw {
  return keep(JSON.stringify(rule), () =>
    isCount(rule) ? drawCount(rule) : truncated(lawOf(rule), rule),
  )
}
