// state: a Markov chain per entity, one step a row. Steps are drawn by bridges over powers of the transition matrix, so that a
// row in the middle of a long entity needs none before it. A state without transitions is terminal: the entity stays in it.

import { AppError } from '#engine/errors.ts'
import { type Chain, createBridge } from './bridge.ts'
import type { Kernel, RuleContext, RuleOf } from './kernel.ts'
import { codeVector } from './vector.ts'

type StateRule = RuleOf<'state_machine'>

/** Row-major probabilities of getting from one state to another. */
type Matrix = Float64Array

function normalised(matrix: Matrix, size: number): Matrix {
  for (let row = 0; row < size; row++) {
    let sum = 0
    for (let k = 0; k < size; k++) sum += matrix[row * size + k] as number
    for (let k = 0; k < size; k++) matrix[row * size + k] = (matrix[row * size + k] as number) / sum
  }
  return matrix
}

function squared(matrix: Matrix, size: number): Matrix {
  const product = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < size; k++) {
      const share = matrix[row * size + k] as number
      if (share === 0) continue
      for (let to = 0; to < size; to++) {
        const at = row * size + to
        product[at] = (product[at] as number) + share * (matrix[k * size + to] as number)
      }
    }
  }
  return normalised(product, size)
}

function transitionMatrix({ states, transitions }: StateRule): Matrix {
  const size = states.length
  const matrix = new Float64Array(size * size)
  transitions.forEach((weights, from) => {
    if (weights.length === 0) matrix[from * size + from] = 1
    for (const [to, weight] of weights) matrix[from * size + to] = weight
  })
  return normalised(matrix, size)
}

/** The entry of `weights` that a uniform number falls on; one with a weight of 0 is never taken. */
function pick(weights: Float64Array, unit: number): number {
  let rest = 0
  for (let k = 0; k < weights.length; k++) rest += weights[k] as number
  rest *= unit
  let last = 0
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] as number
    if (weight === 0) continue
    if (rest < weight) return k
    rest -= weight
    last = k
  }
  return last
}

function markov(rule: StateRule): Chain {
  const size = rule.states.length
  const powers = [transitionMatrix(rule)]
  const powerOf = (level: number): Matrix => {
    while (powers.length <= level) powers.push(squared(powers.at(-1) as Matrix, size))
    return powers[level] as Matrix
  }
  const initial = Float64Array.from(rule.initial)
  const weights = new Float64Array(size)
  return {
    draw: (unit) => unit,
    first: (unit) => pick(initial, unit),
    after: (left, level, unit) => {
      const power = powerOf(level)
      return pick(power.subarray(left * size, left * size + size), unit)
    },
    between: (left, right, level, unit) => {
      const power = powerOf(level)
      for (let k = 0; k < size; k++) {
        weights[k] = (power[left * size + k] as number) * (power[k * size + right] as number)
      }
      return pick(weights, unit)
    },
  }
}

export function compileStateMachine(rule: StateRule, context: RuleContext): Kernel {
  if (rule.states.length === 0) {
    throw new AppError('invalid_config', `column ${context.column.name}: there are no states`)
  }
  const vector = codeVector(rule.states, context.capacity)
  const { entities, stride } = context.entity(rule.per)
  const { random, stream, capacity } = context
  const chain = createBridge(markov(rule), { random, stream, entities, stride, capacity })
  const codes = new Float64Array(capacity)
  return {
    vector,
    fill(rows) {
      chain(codes, rows)
      for (let i = 0; i < rows.n; i++) vector.codes[i] = codes[i] as number
    },
  }
}
