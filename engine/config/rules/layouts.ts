// The parameter `format` of dates and times: how they are laid out as text.
import Type from 'typebox'
import { DIRECTIVE_NAMES, LETTER_NAMES, parseLayout } from '#engine/rules/layout.ts'
import { at, quote } from '../problem.ts'
import type { RuleCheck } from './rule-spec.ts'

export const LayoutParameter = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 200,
    description: 'Layout of the text, by the directives of strftime or the letters of LDML',
    examples: ['%d/%m/%Y %H:%M'],
  }),
)

/** Reports the first piece of a layout that is neither text nor a directive or letters of the language. */
export function checkLayout(format: string | undefined, { path, report }: RuleCheck): void {
  const parsed = format === undefined ? [] : parseLayout(format)
  if (!('fault' in parsed)) return
  const known = format?.includes('%') ? DIRECTIVE_NAMES : LETTER_NAMES
  report.problem(
    at(path, 'format'),
    `The format has ${quote(parsed.fault)}, which stands for nothing`,
    `Use ${known.join(' ')}${format?.includes('%') ? '' : ", and quotes around other words: 'at'"}`,
  )
}
