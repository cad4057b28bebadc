// Rules whose values follow from one another in each entity: walk, and state with transitions.
import Type from 'typebox'
import { at, quote } from '../problem.ts'
import { isObject } from '../shape.ts'
import { checkDrawn, PER_ALIASES, Per } from './entity-parts.ts'
import { Decimals } from './numbers.ts'
import { defineRule, NUMBER_TYPES, type RuleCheck } from './rule-spec.ts'
import { Unit } from './series.ts'

const STATES_MAX = 64
const FLOAT_DECIMALS = 2

const Amount = (description: string, example: number) =>
  Type.Optional(Type.Number({ description, examples: [example] }))

export const walk = defineRule({
  columnTypes: [...NUMBER_TYPES],
  aliases: {
    ...PER_ALIASES,
    std: 'stddev',
    sigma: 'stddev',
    volatility: 'stddev',
    initial: 'start',
  },
  schema: Type.Object(
    {
      type: Type.Literal('walk'),
      start: Amount('The first value of each entity', 100),
      drift: Amount('Added per row', 0.1),
      stddev: Type.Optional(Type.Number({ minimum: 0, description: 'Of a step', examples: [1] })),
      min: Amount('Nothing below', 0),
      max: Amount('Nothing above', 200),
      season: Type.Optional(
        Type.Object(
          {
            period: Type.Number({
              exclusiveMinimum: 0,
              description: 'Rows of a wave',
              examples: [24],
            }),
            amplitude: Type.Number({ description: 'Its height', examples: [5] }),
          },
          {
            additionalProperties: false,
            description: 'A wave over so many rows, up and down by the amplitude',
            examples: [{ period: 24, amplitude: 5 }],
          },
        ),
      ),
      per: Per,
      decimals: Decimals,
    },
    { additionalProperties: false, description: 'A random walk in each entity' },
  ),
  check: ({ start = 0, min, max }, { path, report }) => {
    if (min !== undefined && max !== undefined && min >= max) {
      report.problem(at(path, 'min'), `min ${min} is not below max ${max}`, 'Write min below max')
    } else if ((min ?? start) > start || (max ?? start) < start) {
      const hint = `Write start: ${min ?? max}, or other bounds`
      report.problem(at(path, 'start'), `start ${start} is outside the bounds`, hint)
    }
  },
  lower: (rule, { columnType, scale, entity }) => {
    const { start = 0, drift = 0, stddev = 1, min = null, max = null, season, per } = rule
    const digits = columnType === 'int' ? 0 : (rule.decimals ?? scale ?? FLOAT_DECIMALS)
    const moves = { start, drift, stddev, min, max, decimals: digits, per: entity(per) }
    return { type: 'walk', ...moves, ...(season && { season }) }
  },
})

type Weights = Record<string, number>
type StateInput = { initial?: string | Weights; transitions: Record<string, unknown> }

const Targets = Type.Union([
  Type.String(),
  Type.Array(Type.String()),
  Type.Record(Type.String(), Type.Number({ minimum: 0 })),
  Type.Null(),
])

export const state_machine = defineRule({
  columnTypes: ['str'],
  aliases: { ...PER_ALIASES, start: 'initial' },
  schema: Type.Object(
    {
      type: Type.Union([Type.Literal('state'), Type.Literal('state_machine')], {
        description: 'The name of the rule',
        examples: ['state'],
      }),
      initial: Type.Optional(
        Type.Union([Type.String(), Type.Record(Type.String(), Type.Number({ minimum: 0 }))], {
          description: 'The state of the first row, or states with weights',
          examples: ['created'],
        }),
      ),
      transitions: Type.Record(Type.String(), Targets, {
        description: 'For each state those that may follow, with weights; none: it is terminal',
        examples: [{ created: { paid: 0.8, cancelled: 0.2 }, paid: { shipped: 1 } }],
      }),
      dwell: Type.Optional(
        Type.Unknown({
          description: 'A rule for the time from each state to the next, for a series with dwell',
          examples: [{ type: 'exponential', rate: 0.1 }],
        }),
      ),
      unit: Unit,
      per: Per,
    },
    { additionalProperties: false, description: 'A chain of states in each entity' },
  ),
  check: (rule, context) => {
    checkStates(rule, context)
    if (rule.dwell !== undefined) checkDrawn(rule.dwell, at(context.path, 'dwell'), context)
  },
  lower: (rule, { entity }) => {
    const states = statesOf(rule)
    const initial = weightsOf(rule.initial ?? states[0] ?? '')
    return {
      type: 'state_machine',
      states,
      initial: states.map((state) => initial[state] ?? 0),
      transitions: states.map((state) =>
        Object.entries(weightsOf(targetsOf(rule, state)))
          .filter(([, weight]) => weight > 0)
          .map(([to, weight]): [number, number] => [states.indexOf(to), weight]),
      ),
      per: entity(rule.per),
    }
  },
})

function targetsOf({ transitions }: StateInput, state: string): unknown {
  return Object.hasOwn(transitions, state) ? transitions[state] : null
}

/** One state, several alike, or states with weights. */
function weightsOf(targets: unknown): Weights {
  if (typeof targets === 'string') return { [targets]: 1 }
  if (Array.isArray(targets)) return Object.fromEntries(targets.map((name) => [String(name), 1]))
  return isObject(targets) ? (targets as Weights) : {}
}

/** In the order in which they are named first. */
function statesOf(rule: StateInput): string[] {
  const initial = rule.initial === undefined ? [] : Object.keys(weightsOf(rule.initial))
  const named = Object.entries(rule.transitions).flatMap(([from, targets]) => [
    from,
    ...Object.keys(weightsOf(targets)),
  ])
  return [...new Set([...initial, ...named])]
}

function checkStates(rule: StateInput, { path, report }: RuleCheck): void {
  const { transitions, initial } = rule
  const states = statesOf(rule)
  const place = at(path, 'transitions')
  if (states.length === 0 || states.length > STATES_MAX) {
    report.problem(place, `${states.length} states`, `Write 1 to ${STATES_MAX} states`)
  }
  for (const [from, targets] of Object.entries(transitions)) {
    const weights = Object.values(weightsOf(targets))
    if (weights.length === 0 || weights.some((weight) => weight > 0)) continue
    const hint = 'Give at least one a positive weight, or write none'
    report.problem(at(place, from), 'All weights are 0', hint)
  }
  for (const name of initial === undefined ? [] : Object.keys(weightsOf(initial))) {
    if (Object.hasOwn(transitions, name)) continue
    report.problem(
      at(path, 'initial'),
      `${quote(name)} has no transitions`,
      `Write one of ${Object.keys(transitions).join(', ')}`,
    )
  }
}
