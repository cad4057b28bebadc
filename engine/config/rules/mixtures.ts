// Rules that put laws together: mixture, histogram.
import Type from 'typebox'
import { ceilTo, digitsOf, floorTo } from '../numbers.ts'
import { at } from '../problem.ts'
import { isObject } from '../shape.ts'
import { decimalsFor } from './laws.ts'
import { checkOrder, checkWhole, DECIMALS_MAX, Decimals } from './numbers.ts'
import { defineRule, NUMBER_TYPES, type RuleCheck } from './rule-spec.ts'

const PARTS_MAX = 100
const BINS_MAX = 100_000

/** Rules that look at other columns of their row: which row that is, a part does not know. */
const DEPENDENT = ['expression', 'reference', 'custom', 'series', 'walk', 'state_machine']

const bounds = {
  min: Type.Optional(Type.Number({ description: 'Nothing below', examples: [0] })),
  max: Type.Optional(Type.Number({ description: 'Nothing above', examples: [100] })),
}

const Weight = Type.Number({ minimum: 0, description: 'Share of the rows, beside the others' })

export const mixture = defineRule({
  columnTypes: NUMBER_TYPES,
  aliases: { components: 'parts' },
  schema: Type.Object(
    {
      type: Type.Literal('mixture'),
      parts: Type.Array(
        Type.Object(
          {
            weight: Type.Optional(Weight),
            rule: Type.Unknown({
              description: 'Any rule of numbers that needs no other column',
              examples: [{ type: 'normal', mean: 20, stddev: 3 }],
            }),
          },
          { additionalProperties: false },
        ),
        {
          minItems: 1,
          maxItems: PARTS_MAX,
          description: 'Rules and how often each is drawn from; a weight that is left out is 1',
          examples: [[{ weight: 1, rule: { type: 'normal', mean: 20, stddev: 3 } }]],
        },
      ),
      ...bounds,
    },
    { additionalProperties: false, description: 'Each value by one of several rules' },
  ),
  check: ({ parts, min, max }, context) => {
    checkWhole({ min, max }, ['min', 'max'], context)
    checkOrder(min, max, context)
    checkTotal(
      parts.map(({ weight = 1 }) => weight),
      'parts',
      'weights',
      context,
    )
    for (const [i, { rule }] of parts.entries()) {
      checkPart(rule, at(at(at(context.path, 'parts'), i), 'rule'), context)
    }
  },
  lower: ({ parts, min = null, max = null }, { lowerNested }) => ({
    type: 'mixture',
    parts: parts.map(({ weight = 1, rule }) => ({ weight, rule: lowerNested(rule) })),
    min,
    max,
  }),
})

function checkPart(rule: unknown, path: string, { nested, report }: RuleCheck): void {
  const type = isObject(rule) ? rule['type'] : rule
  if (typeof type === 'string' && DEPENDENT.includes(type)) {
    const message = `A part of a mixture is no ${type}: it cannot look at other columns`
    report.problem(path, message, 'Write a rule of its own, such as {type: range, min: 1, max: 9}')
  } else nested(rule, path)
}

function checkTotal(
  weights: readonly number[],
  key: string,
  what: string,
  { path, report }: RuleCheck,
): void {
  if (weights.some((weight) => weight > 0)) return
  report.problem(at(path, key), `All ${what} are 0`, 'Give at least one a positive number')
}

export const histogram = defineRule({
  columnTypes: NUMBER_TYPES,
  aliases: { bins: 'edges', weights: 'counts' },
  schema: Type.Object(
    {
      type: Type.Literal('histogram'),
      edges: Type.Array(Type.Number(), {
        minItems: 2,
        maxItems: BINS_MAX + 1,
        description: 'Where the bins begin, rising, and where the last one ends',
        examples: [[0, 10, 20]],
      }),
      counts: Type.Array(Type.Number({ minimum: 0 }), {
        minItems: 1,
        maxItems: BINS_MAX,
        description: 'How often a value lies in each bin; one fewer than edges',
        examples: [[3, 7]],
      }),
      ...bounds,
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'Values spread as a histogram shows them' },
  ),
  check: (rule, context) => {
    checkWhole(rule, ['min', 'max'], context)
    checkOrder(rule.min, rule.max, context)
    checkBins(rule, context)
  },
  lower: ({ edges, counts, min, max, decimals: own }, context) => {
    const widths = counts.map((_, i) => (edges[i + 1] as number) - (edges[i] as number))
    const enough = decimalsFor(own, context, Math.min(...widths))
    const written = Math.min(DECIMALS_MAX, Math.max(...edges.map(digitsOf)))
    const chosen = own !== undefined || context.scale !== null || context.columnType === 'int'
    const decimals = chosen ? enough : Math.max(enough, written)
    return {
      type: 'histogram',
      edges,
      counts,
      min: min === undefined ? null : ceilTo(min, decimals),
      max: max === undefined ? null : floorTo(max, decimals),
      decimals,
    }
  },
})

type Bins = { edges: number[]; counts: number[]; min?: number; max?: number }

function checkBins({ edges, counts, min, max }: Bins, context: RuleCheck): void {
  const { path, report, columnType } = context
  if (edges.length !== counts.length + 1) {
    const message = `${edges.length} edges for ${counts.length} counts`
    report.problem(at(path, 'edges'), message, `Write ${counts.length + 1} edges`)
    return
  }
  const wrong = edges.findIndex((edge, i) => i > 0 && edge <= (edges[i - 1] as number))
  if (wrong > 0) {
    const message = `edge ${edges[wrong]} is not above ${edges[wrong - 1]}`
    report.problem(at(at(path, 'edges'), wrong), message, 'Write the edges in rising order')
    return
  }
  const fraction = edges.findIndex((edge) => columnType === 'int' && !Number.isSafeInteger(edge))
  if (fraction >= 0) {
    const message = `edge ${edges[fraction]} of an int column is not whole within 2^53`
    report.problem(at(at(path, 'edges'), fraction), message, 'Write whole edges, or type: float')
  }
  const within = counts.filter(
    (_, i) =>
      (edges[i + 1] as number) > (min ?? -Infinity) && (edges[i] as number) <= (max ?? Infinity),
  )
  checkTotal(within, 'counts', 'counts between min and max', context)
}
