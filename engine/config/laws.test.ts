import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOfColumns } from '#engine/testing/drawn.ts'
import { C, column, testCases } from './problem-cases.ts'
import type { Rule } from './types.ts'

const mixed = (part: string, more = ''): string =>
  column(`type: int, rule: {type: mixture, parts: [{weight: 1, rule: ${part}}]${more}}`)

testCases({
  'a law without its parameter': [
    column('type: float, rule: {type: gamma, scale: 2}'),
    { path: `${C}/rule`, message: /needs shape/, hint: /shape: 2/ },
  ],
  'a parameter out of its range': [
    column('type: float, rule: {type: beta, alpha: 0, beta: 2}'),
    { path: `${C}/rule/alpha`, message: /from 0.02 to 1000000/ },
  ],
  'a side of the beta law just below what its tables hold': [
    column('type: float, rule: {type: beta, alpha: 2, beta: 0.0199}'),
    { path: `${C}/rule/beta`, message: /from 0.02 to 1000000/ },
  ],
  'a probability above 1': [
    column('type: int, rule: {type: binomial, n: 5, p: 50}'),
    { path: `${C}/rule/p`, message: /from 0 to 1/ },
  ],
  'the same said twice': [
    column('type: float, rule: {type: exponential, rate: 2, mean: 3}'),
    { path: `${C}/rule/mean`, message: /rate and mean say the same/, hint: /rate alone/ },
  ],
  'bounds in the wrong order': [
    column('type: float, rule: {type: weibull, shape: 2, min: 3, max: 1}'),
    { path: `${C}/rule/min`, message: /greater than max/, hint: /min: 1, max: 3/ },
  ],
  'a fraction as bound of an int': [
    column('type: int, rule: {type: poisson, mean: 3, max: 4.5}'),
    { path: `${C}/rule/max`, message: /whole number/ },
  ],
  'bounds without values': [
    column('type: float, rule: {type: beta, alpha: 2, beta: 2, min: 3, max: 4}'),
    { path: `${C}/rule/min`, message: /no values between 3 and 4/, hint: /where its values lie/ },
  ],
  'a greatest value below all': [
    column('type: float, rule: {type: pareto, shape: 2, scale: 10, max: 5}'),
    { path: `${C}/rule/max`, message: /no values between its least and 5/ },
  ],
  'zipf without an end': [
    column('type: int, rule: {type: zipf, s: 0.8}'),
    { path: `${C}/rule/s`, message: /above 1, not 0.8/, hint: /n: 1000/ },
  ],
  'uniform bounds in the wrong order': [
    column('type: float, rule: {type: uniform, min: 3}'),
    { path: `${C}/rule/min`, message: /greater than max/ },
  ],
  'a part of a mixture that is wrong': [
    mixed('{type: range, min: 9, max: 1}'),
    { path: `${C}/rule/parts/0/rule/min`, message: /greater than max/ },
  ],
  'a part of a mixture of another type': [
    mixed('first_name'),
    { path: `${C}/rule/parts/0/rule`, message: /type int/ },
  ],
  'a part that needs other columns': [
    mixed('{type: expression, value: "1 + 1"}'),
    { path: `${C}/rule/parts/0/rule`, message: /cannot look at other columns/ },
  ],
  'a mixture of nothing': [
    column(
      'type: int, rule: {type: mixture, parts: [{weight: 0, rule: {type: poisson, mean: 1}}]}',
    ),
    { path: `${C}/rule/parts`, message: /All weights are 0/ },
  ],
  'edges that do not fit the counts': [
    column('type: int, rule: {type: histogram, edges: [0, 5], counts: [1, 2]}'),
    { path: `${C}/rule/edges`, message: /2 edges for 2 counts/, hint: /3 edges/ },
  ],
  'edges that fall': [
    column('type: int, rule: {type: histogram, edges: [0, 5, 4], counts: [1, 2]}'),
    { path: `${C}/rule/edges/2`, message: /4 is not above 5/ },
  ],
  'a broken edge of an int': [
    column('type: int, rule: {type: histogram, edges: [0, 0.5, 4], counts: [1, 2]}'),
    { path: `${C}/rule/edges/1`, message: /not whole/ },
  ],
  'a histogram of nothing': [
    column('type: int, rule: {type: histogram, edges: [0, 5, 9], counts: [0, 2], max: 4}'),
    { path: `${C}/rule/counts`, message: /are 0/ },
  ],
})

function ruleOf(rule: string, type = 'float'): Rule | null | undefined {
  const config = configOfColumns([`x, type: "${type}", rule: {${rule}}`], 1)
  return config.tables[0]?.columns[0]?.rule
}

test('laws have other names for their parameters', () => {
  const bounds = { min: null, max: null }
  assert.deepEqual(ruleOf('type: exponential, lambda: 4'), ruleOf('type: exponential, mean: 0.25'))
  assert.deepEqual(
    ruleOf('type: gamma, alpha: 2, beta: 4'),
    ruleOf('type: gamma, k: 2, theta: 0.25'),
  )
  assert.deepEqual(ruleOf('type: poisson, lam: 4', 'int'), { type: 'poisson', mean: 4, ...bounds })
  assert.deepEqual(ruleOf('type: zipf, a: 2', 'int'), { type: 'zipf', s: 2, n: null, ...bounds })
  assert.deepEqual(ruleOf('type: truncated_normal, mu: 1, sigma: 2, min: 0'), {
    ...{ type: 'normal', mean: 1, stddev: 2, min: 0, max: null, decimals: 2 },
  })
  assert.deepEqual(ruleOf('type: uniform, low: 2, high: 9', 'int'), {
    ...{ type: 'range', min: 2, max: 9, step: null, decimals: 0 },
  })
})

test('values have two digits, or enough to show their law', () => {
  const digits = (rule: string, type?: string) => {
    const found = ruleOf(rule, type)
    return found && 'decimals' in found ? found.decimals : null
  }
  assert.equal(digits('type: beta, alpha: 2, beta: 5'), 4)
  assert.equal(digits('type: exponential, mean: 500'), 2)
  assert.equal(digits('type: exponential, rate: 2000'), 8)
  assert.equal(digits('type: gamma, shape: 2, decimals: 1'), 1)
  assert.equal(digits('type: gamma, shape: 2', 'decimal(10,3)'), 3)
  assert.equal(digits('type: gamma, shape: 2', 'int'), 0)
  assert.equal(digits('type: histogram, edges: [0, 0.125, 1], counts: [1, 1]'), 5)
})
