// Rules that pick from given values: choice, constant, boolean.
import Type from 'typebox'
import { castScalar, literalOf } from '../cast.ts'
import { at, quote } from '../problem.ts'
import { isObject } from '../shape.ts'
import type { Scalar } from '../types.ts'
import { ANY_TYPE, defineRule, type RuleCheck } from './rule-spec.ts'

const VALUES_MAX = 1_000_000

const Literal = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])

type ChoiceInput = { value: Scalar[] | Record<string, number>; weights?: number[] }

export const choice = defineRule({
  columnTypes: ANY_TYPE,
  aliases: { values: 'value', options: 'value', choices: 'value' },
  schema: Type.Object(
    {
      type: Type.Literal('choice'),
      value: Type.Union(
        [
          Type.Array(Literal, { minItems: 1, maxItems: VALUES_MAX }),
          Type.Record(Type.String(), Type.Number({ minimum: 0 }), { minProperties: 1 }),
        ],
        {
          description: 'The values; or a map of value to weight',
          examples: [['pending', 'shipped', 'delivered']],
        },
      ),
      weights: Type.Optional(
        Type.Array(Type.Number({ minimum: 0 }), {
          maxItems: VALUES_MAX,
          description: 'One weight per value; they need not add up to 1',
          examples: [[1, 2, 7]],
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'One of the values, equally likely without weights',
    },
  ),
  refuse: ({ value }, { path, report }) => {
    if (!isObject(value) || typeof value['file'] !== 'string') return false
    const works = 'Write the values themselves: value: [pending, shipped, delivered]'
    report.unsupported(at(path, 'value'), 'Values from a file are not supported yet', works)
    return true
  },
  check: (rule, context) => {
    checkChoiceValues(rule, context)
    checkWeights(rule, context)
  },
  lower: (rule, { columnType }) => {
    const { values, weights } = choicesOf(rule)
    return {
      type: 'choice',
      values: values.map((value) => castChoice(value, columnType, rule) ?? null),
      weights,
    }
  },
})

function choicesOf({ value, weights }: ChoiceInput): {
  values: Scalar[]
  weights: number[] | null
} {
  if (Array.isArray(value)) return { values: value, weights: weights ?? null }
  return { values: Object.keys(value), weights: Object.values(value) }
}

/** Keys of a map are text, so numbers and booleans are read out of them where the column asks for those. */
function castChoice(
  value: Scalar,
  type: RuleCheck['columnType'],
  rule: ChoiceInput,
): Scalar | undefined {
  const direct = castScalar(value, type)
  if (direct !== undefined || Array.isArray(rule.value) || typeof value !== 'string') return direct
  if (value === 'true' || value === 'false') return castScalar(value === 'true', type)
  return value.trim() === '' ? undefined : castScalar(Number(value), type)
}

function checkChoiceValues(rule: ChoiceInput, { path, columnType, report }: RuleCheck): void {
  const { values } = choicesOf(rule)
  const keys = Array.isArray(rule.value) ? null : values
  let reported = 0
  for (const [i, value] of values.entries()) {
    if (castChoice(value, columnType, rule) !== undefined || reported >= 3) continue
    reported += 1
    report.problem(
      at(at(path, 'value'), keys === null ? i : String(value)),
      `${quote(value)} is not ${literalOf(columnType)}, as the column is ${columnType}`,
      `Write ${literalOf(columnType)}, or change the column's type`,
    )
  }
}

function checkWeights(rule: ChoiceInput, { path, report }: RuleCheck): void {
  const { values, weights } = choicesOf(rule)
  if (!Array.isArray(rule.value) && rule.weights !== undefined) {
    report.problem(at(path, 'weights'), 'value already holds the weights', 'Remove weights')
  } else if (weights !== null && weights.length !== values.length) {
    report.problem(
      at(path, 'weights'),
      `${weights.length} weights for ${values.length} values`,
      `Write ${values.length} weights, one per value`,
    )
  }
  if (weights !== null && weights.length > 0 && weights.every((weight) => weight === 0)) {
    const key = rule.weights === undefined ? 'value' : 'weights'
    report.problem(at(path, key), 'All weights are 0', 'Give at least one a positive weight')
  }
}

export const constant = defineRule({
  columnTypes: ANY_TYPE,
  schema: Type.Object(
    {
      type: Type.Literal('constant'),
      value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], {
        description: 'The value of every row',
        examples: [0],
      }),
    },
    { additionalProperties: false, description: 'The same value in every row' },
  ),
  check: ({ value }, { path, columnType, report }) => {
    if (castScalar(value, columnType) !== undefined) return
    report.problem(
      at(path, 'value'),
      `${quote(value)} is not ${literalOf(columnType)}, as the column is ${columnType}`,
      `Write ${literalOf(columnType)}, or change the column's type`,
    )
  },
  lower: ({ value }, { columnType }) => ({
    type: 'constant',
    value: castScalar(value, columnType) ?? null,
  }),
})

export const boolean = defineRule({
  columnTypes: ['bool'],
  aliases: { p: 'probability', rate: 'probability' },
  schema: Type.Object(
    {
      type: Type.Literal('boolean'),
      probability: Type.Optional(
        Type.Number({ minimum: 0, maximum: 1, description: 'Share of true', examples: [0.5] }),
      ),
    },
    { additionalProperties: false, description: 'true or false' },
  ),
  lower: ({ probability = 0.5 }) => ({ type: 'boolean', probability }),
})
