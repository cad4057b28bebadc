// What a training leaves out, in words: nobody should look for it in vain.

import { type Field, isPersonal } from '#engine/table/table.ts'

const LEFT_OUT: readonly [what: string, of: (field: Field) => boolean][] = [
  ['personal values are not learned; rules make new ones', isPersonal],
  [
    'ids are not learned; rules make new ones',
    (field) => field.type === 'id' && !isPersonal(field),
  ],
  [
    'free text is not learned; rules make new texts of its form',
    (field) => field.type === 'text' && !isPersonal(field),
  ],
  [
    'fractions of seconds are not kept',
    ({ type, decimals }) => (type === 'datetime' || type === 'time') && decimals > 0,
  ],
]

/** A warning for each reason, with the columns that it is for. */
export function notLearned(fields: readonly Field[]): string[] {
  return LEFT_OUT.flatMap(([what, of]) => {
    const names = fields.filter(of).map(({ name }) => name)
    return names.length > 0 ? [`${names.join(', ')}: ${what}.`] : []
  })
}
