// Pieces that the schemas of the language are put together from.
import Type from 'typebox'

export const NAME_LENGTH_MAX = 128

/** The name of a table or a column. */
export const Name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, description, examples: [example] })

/** A value as YAML and JSON have it. */
export const Literal = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])

/** No other keys: a misspelt one is reported. */
export const only = { additionalProperties: false }

/** What is used in several places, or inside itself, is defined once at the root of the published schema. */
export const Defined = (name: 'Condition' | 'Rule' | 'Column') => Type.Ref(`#/$defs/${name}`)

/** Of names and words. */
export const Locale = Type.Optional(
  Type.String({ description: 'Language and country of names and words', examples: ['en_US'] }),
)

/** What a thing is, for people. */
export const Description = Type.Optional(
  Type.String({ maxLength: 10_000, description: 'For people; not read', examples: ['Who buys'] }),
)
