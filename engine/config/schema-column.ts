// The shape of a column: its type, rule, constraints and modifiers.
import Type from 'typebox'
import { ColumnAnomaliesSchema } from './read-anomalies.ts'
import { ConditionalRuleSchema } from './schema-conditions.ts'
import { Defined, Description, Literal, Locale, Name, only } from './schema-parts.ts'

const NullableSchema = Type.Union(
  [
    Type.Boolean(),
    Type.Number({ minimum: 0, maximum: 1 }),
    Type.Object(
      {
        rate: Type.Number({
          minimum: 0,
          maximum: 1,
          description: 'Share of nulls',
          examples: [0.1],
        }),
      },
      only,
    ),
    Type.Object(
      {
        when: Type.String({
          minLength: 1,
          maxLength: 10_000,
          description: 'Null where this expression is true',
          examples: ["status == 'open'"],
        }),
      },
      only,
    ),
  ],
  { description: 'true is 5 %; or a rate; or {when: expression}', examples: [0.1] },
)

const Length = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description, examples: [20] }))

export const FieldConstraintsSchema = Type.Object(
  {
    min_value: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: 'Least value, in place of a rule',
        examples: [18],
      }),
    ),
    max_value: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: 'Greatest value, in place of a rule',
        examples: [80],
      }),
    ),
    enum: Type.Optional(
      Type.Array(Literal, {
        minItems: 1,
        description: 'The values, in place of a rule',
        examples: [['a', 'b']],
      }),
    ),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'A regular expression that values match, in place of a rule',
        examples: ['[A-Z]{3}'],
      }),
    ),
    min_length: Length('Least characters of a text'),
    max_length: Length('Most characters of a text'),
    unique: Type.Optional(Type.Boolean({ description: 'No value twice', examples: [true] })),
    not_null: Type.Optional(Type.Boolean({ description: 'Never null', examples: [true] })),
    nullable: Type.Optional(
      Type.Boolean({ description: 'Null in 5 % of the rows', examples: [true] }),
    ),
    primary_key: Type.Optional(
      Type.Boolean({ description: 'The key of the table', examples: [true] }),
    ),
  },
  { additionalProperties: false, description: 'Bounds and values of a column without a rule' },
)

export const ColumnSchema = Type.Object(
  {
    name: Name('Name of the column', 'email'),
    type: Type.String({
      description: 'int, float, decimal(p,s), str, ...',
      examples: ['int', 'float', 'decimal(10,2)', 'str', 'bool', 'uuid', 'date', 'datetime'],
    }),
    rule: Type.Optional(Defined('Rule')),
    conditional_rules: Type.Optional(
      Type.Array(ConditionalRuleSchema, { maxItems: 1000, description: 'First match wins' }),
    ),
    constraints: Type.Optional(
      Type.Union([Type.Array(Type.String()), Type.String(), FieldConstraintsSchema], {
        description: 'PK, FK, unique, not_null, nullable',
        examples: [['PK'], ['FK'], ['unique'], ['not_null'], ['nullable']],
      }),
    ),
    nullable: Type.Optional(NullableSchema),
    sensitivity: Type.Optional(
      Type.String({ maxLength: 64, description: 'A label such as PII', examples: ['PII'] }),
    ),
    locale: Locale,
    format: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'Text of numbers (#,##0.00), dates (%d/%m/%Y), booleans (yes/no) and letters (upper, lower)',
        examples: ['#,##0.00', '%d/%m/%Y', 'yes/no', 'upper'],
      }),
    ),
    min_length: Length('Least characters of a text'),
    max_length: Length('Most characters of a text'),
    anomalies: Type.Optional(ColumnAnomaliesSchema),
    description: Description,
  },
  { additionalProperties: false },
)
