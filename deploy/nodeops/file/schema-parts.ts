// Pieces of the file's schema: words and numbers with an example each, amounts, what has but one value.
import Type from 'typebox'
import { BYTES_PATTERN, CPU_PATTERN, DURATION_PATTERN } from './units.ts'

export const only = { additionalProperties: false } as const

export const text = (description: string, example: string, maxLength = 500) =>
  Type.String({ description, maxLength, examples: [example] })
export const whole = (description: string, minimum: number, maximum: number, example: number) =>
  Type.Integer({ description, minimum, maximum, examples: [example] })
/** What always holds may be said, and nothing else. */
export const always = (description: string) => Type.Literal(true, { description, examples: [true] })

/** One of some words. */
export const oneOf = <Word extends string>(
  words: readonly Word[],
  options: { description?: string; examples?: Word[] },
) =>
  Type.Unsafe<Word>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      options,
    ),
  )

/** Read into a number of its base unit. */
const Amount = (description: string, pattern: string, example: string | number) =>
  Type.Unsafe<number>(
    Type.Union([Type.Number({ minimum: 0 }), Type.String({ pattern })], {
      description,
      examples: [example],
    }),
  )
export const Cpu = Amount('CPUs: 2, 0.5 or 500m', CPU_PATTERN, 2)
export const Bytes = Amount('Memory or storage: 4Gi, 4GB, 512Mi', BYTES_PATTERN, '4Gi')
export const Duration = Amount('1h, 90s, 500ms; a number is seconds', DURATION_PATTERN, '30s')

export const percent = (description: string, example: number) => whole(description, 1, 100, example)
