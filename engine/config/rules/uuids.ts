// uuid: version 4, random, and version 7, which begins with its time.
import Type from 'typebox'
import { parseInstant } from '../dates.ts'
import { at, quote } from '../problem.ts'
import { checkTimeBounds, lowerTimes } from './dates.ts'
import { defineRule, type RuleCheck } from './rule-spec.ts'

type UuidInput = { version?: number; start?: string; min?: string; max?: string; last?: string }

const Moment = (description: string, example: string) =>
  Type.Optional(Type.String({ maxLength: 40, description, examples: [example] }))

export const uuid = defineRule({
  columnTypes: ['uuid', 'str'],
  schema: Type.Object(
    {
      type: Type.Literal('uuid'),
      version: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 8,
          description: '4 is random; 7 begins with a time',
          examples: [4],
        }),
      ),
      start: Moment(
        'Version 7: the time of the first row; later rows follow in order',
        '2025-01-01',
      ),
      min: Moment('Version 7: earliest time, where times are drawn', '2025-01-01'),
      max: Moment('Version 7: latest time', '2025-12-31'),
      last: Moment('Version 7: a span up to now, in place of min and max', '90 days'),
    },
    { additionalProperties: false, description: 'A UUID: never repeats' },
  ),
  check: checkUuid,
  lower: (rule, context) => {
    const { version = 4, start, min, last } = rule
    if (version === 4) return { type: 'uuid', version: 4 }
    if (min !== undefined || last !== undefined) {
      const times = lowerTimes(rule, 'datetime', context)
      if (times.type === 'datetime') {
        return { type: 'uuid', version: 7, min: times.min, max: times.max }
      }
    }
    const first = start === undefined ? null : parseInstant(start)
    return { type: 'uuid', version: 7, min: first?.seconds ?? context.nowSeconds, max: null }
  },
})

function checkUuid(rule: UuidInput, context: RuleCheck): void {
  const { version = 4, start, min, max, last } = rule
  const { path, report } = context
  const times = { start, min, max, last }
  if (version !== 4 && version !== 7) {
    const message = `UUID version ${version} is not made`
    report.unsupported(at(path, 'version'), message, 'Write 4 or 7')
  }
  if (version === 4) {
    for (const [key, text] of Object.entries(times)) {
      if (text === undefined) continue
      report.problem(at(path, key), `Version 4 has no time`, `Write version: 7 beside ${key}`)
    }
    return
  }
  checkTimeBounds(rule, context)
  checkStart(rule, context)
  for (const [key, text] of Object.entries(times)) {
    const seconds = text === undefined ? undefined : parseInstant(text)?.seconds
    if (seconds === undefined || seconds >= 0) continue
    report.problem(
      at(path, key),
      `${text} is before 1970, where these times begin`,
      'Write a later one',
    )
  }
}

function checkStart({ start, min, max, last }: UuidInput, { path, report }: RuleCheck): void {
  if (start === undefined) return
  if (start !== 'now' && parseInstant(start) === null) {
    const hint = 'Write a date such as "2025-01-31" or a time such as "2025-01-31T12:00:00Z"'
    report.problem(at(path, 'start'), `${quote(start)} is not a date`, hint)
  }
  if (min === undefined && max === undefined && last === undefined) return
  const message = 'start is for rows in order, min, max and last for times that are drawn'
  report.problem(at(path, 'start'), message, 'Remove start, or the others')
}
