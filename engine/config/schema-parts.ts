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
