// Telephone numbers of a country as forms: blocks that are assigned there, written as its people write them.

import { countryOf } from '#engine/data/locale-country.ts'
import { type PhoneForm, phones } from '#engine/data/phones.ts'
import { DIGITS, type Form, formsCapacity, type Place } from './forms.ts'

export type PhoneFormat = 'e164' | 'national' | 'international'

const FROM_TWO: Place = DIGITS.slice(2)

/** The first places of a layout filled with a prefix, and the layout of what follows. */
function withPrefix(layout: string, prefix: string): { head: string; rest: string } {
  let at = 0
  let head = ''
  for (const digit of prefix) {
    for (; layout[at] !== 'd'; at++) head += layout[at]
    head += digit
    at++
  }
  return { head, rest: layout.slice(at) }
}

function formOf({ prefixes, tail }: PhoneForm, layout: string): Form {
  const heads = prefixes.map((prefix) => withPrefix(layout, prefix))
  const marks = Array.from(tail)
  const rest = Array.from(heads[0]?.rest ?? '', (char): Place => {
    if (char !== 'd') return [char]
    return marks.shift() === '!' ? FROM_TWO : DIGITS
  })
  return [heads.map(({ head }) => head), ...rest]
}

/** The forms of a locale's numbers, and how many numbers each has. */
export function phoneForms(
  locale: string,
  format: PhoneFormat,
): { forms: Form[]; weights: number[] } {
  const plan = phones()[countryOf(locale)]
  if (plan === undefined) throw new RangeError(`no telephone numbers of ${locale}`)
  const layoutOf = (form: PhoneForm): string => {
    if (format !== 'e164') return form[format]
    return `+${plan.code}${'d'.repeat((form.prefixes[0]?.length ?? 0) + form.tail.length)}`
  }
  const forms = plan.forms.map((form) => formOf(form, layoutOf(form)))
  return { forms, weights: forms.map((form) => formsCapacity([form])) }
}
