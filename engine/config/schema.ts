// The accepted language as TypeBox types: the readers check against them, and the JSON Schema (draft 2020-12) that
// editors complete from is this object.
import Type, { type TSchema } from 'typebox'
import { isShort, RULE_NAMES, RULES } from './rules/registry.ts'

export const NAME_LENGTH_MAX = 128
export const TABLES_MAX = 1000
export const COLUMNS_MAX = 10_000
const ROWS_MAX = 1_000_000_000_000

const Name = (description: string, example: string) =>
  Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX, description, examples: [example] })

const Rows = Type.Optional(
  Type.Integer({ minimum: 0, maximum: ROWS_MAX, description: 'Number of rows', examples: [1000] }),
)

const Locale = Type.Optional(
  Type.String({ description: 'Language and country of names and words', examples: ['en_US'] }),
)

const Description = Type.Optional(
  Type.String({ maxLength: 10_000, description: 'For people; not read', examples: ['Who buys'] }),
)

const RuleSchema: TSchema = Type.Union(
  [
    Type.Union(RULE_NAMES.filter(isShort).map((name) => Type.Literal(name))),
    ...[...RULES.values()].map((spec) => spec.schema),
  ],
  { description: 'How the values are made', examples: ['first_name'] },
)

export const OPERATORS = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not_in',
  'between',
  'contains',
  'starts_with',
  'ends_with',
  'matches',
  'is_null',
  'is_not_null',
] as const

const Literal = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])

export const ComparisonSchema = Type.Object(
  {
    column: Name('Column of the same row', 'status'),
    operator: Type.Union(
      OPERATORS.map((operator) => Type.Literal(operator)),
      { description: 'How to compare', examples: ['=='] },
    ),
    value: Type.Optional(
      Type.Union([Literal, Type.Array(Literal, { maxItems: 10_000 })], {
        description: 'What to compare with; a list for in, not_in and between',
        examples: ['pending'],
      }),
    ),
  },
  { additionalProperties: false },
)

const only = { additionalProperties: false }

/** What is used in several places, or inside itself, is defined once at the root of the published schema. */
const Defined = (name: 'Condition' | 'Rule' | 'Column') => Type.Ref(`#/$defs/${name}`)

const ConditionSchema: TSchema = Type.Union([
  ComparisonSchema,
  Type.Object({ all: Type.Array(Defined('Condition'), { minItems: 1 }) }, only),
  Type.Object({ any: Type.Array(Defined('Condition'), { minItems: 1 }) }, only),
  Type.Object({ not: Defined('Condition') }, only),
])

export const ConditionalRuleSchema = Type.Object(
  { condition: Defined('Condition'), rule: Defined('Rule') },
  { additionalProperties: false },
)

const NullableSchema = Type.Union(
  [
    Type.Boolean(),
    Type.Number({ minimum: 0, maximum: 1 }),
    Type.Object({ rate: Type.Number({ minimum: 0, maximum: 1 }) }, only),
    Type.Object({ when: Type.String({ minLength: 1, maxLength: 10_000 }) }, only),
  ],
  { description: 'true is 5 %; or a rate; or {when: expression}', examples: [0.1] },
)

export const FieldConstraintsSchema = Type.Object(
  {
    min_value: Type.Optional(Type.Union([Type.Number(), Type.String()], { examples: [18] })),
    max_value: Type.Optional(Type.Union([Type.Number(), Type.String()], { examples: [80] })),
    enum: Type.Optional(Type.Array(Literal, { minItems: 1, examples: [['a', 'b']] })),
    unique: Type.Optional(Type.Boolean({ examples: [true] })),
    not_null: Type.Optional(Type.Boolean({ examples: [true] })),
    nullable: Type.Optional(Type.Boolean({ examples: [true] })),
    primary_key: Type.Optional(Type.Boolean({ examples: [true] })),
  },
  { additionalProperties: false, description: 'Bounds and values of a column without a rule' },
)

export const ColumnSchema = Type.Object(
  {
    name: Name('Name of the column', 'email'),
    type: Type.String({ description: 'int, float, decimal(p,s), str, ...', examples: ['int'] }),
    rule: Type.Optional(Defined('Rule')),
    conditional_rules: Type.Optional(
      Type.Array(ConditionalRuleSchema, { maxItems: 1000, description: 'First match wins' }),
    ),
    constraints: Type.Optional(
      Type.Union([Type.Array(Type.String()), Type.String(), FieldConstraintsSchema], {
        description: 'PK, FK, unique, not_null, nullable',
        examples: [['PK']],
      }),
    ),
    nullable: Type.Optional(NullableSchema),
    sensitivity: Type.Optional(
      Type.String({ maxLength: 64, description: 'A label such as PII', examples: ['PII'] }),
    ),
    locale: Locale,
    description: Description,
  },
  { additionalProperties: false },
)

export const ChildrenSchema = Type.Union(
  [
    Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    Type.Object(
      {
        type: Type.Literal('fixed'),
        value: Type.Integer({ minimum: 0, maximum: 1_000_000, examples: [3] }),
      },
      only,
    ),
    Type.Object(
      {
        type: Type.Literal('range'),
        min: Type.Integer({ minimum: 0, maximum: 1_000_000, examples: [0] }),
        max: Type.Integer({ minimum: 0, maximum: 1_000_000, examples: [5] }),
      },
      only,
    ),
    Type.Object(
      {
        type: Type.Literal('poisson'),
        mean: Type.Number({ minimum: 0, maximum: 100_000, examples: [3] }),
        max: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, examples: [20] })),
      },
      only,
    ),
  ],
  { description: 'How many rows each parent row has', examples: [3] },
)

const Names = (description: string) =>
  Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: 16 })], {
      description,
      examples: ['customer_id'],
    }),
  )

export const ForeignKeySchema = Type.Object(
  {
    parent_table: Name('The table referred to', 'customers'),
    parent_column: Names('Its key; by default the primary key'),
    parent_columns: Names('Its key, of several columns'),
    child_column: Names('Column of this table; by default the one with the name of the key'),
    child_columns: Names('Columns of this table, as many as the key has'),
    children: Type.Optional(ChildrenSchema),
  },
  { additionalProperties: false },
)

export const TableSchema = Type.Object(
  {
    name: Type.Optional(Name('Name of the table', 'customers')),
    table_name: Type.Optional(Name('The same as name', 'customers')),
    rows: Rows,
    locale: Locale,
    description: Description,
    columns: Type.Optional(
      Type.Array(Defined('Column'), { minItems: 1, maxItems: COLUMNS_MAX, examples: [[]] }),
    ),
    fields: Type.Optional(
      Type.Array(Defined('Column'), { minItems: 1, maxItems: COLUMNS_MAX, examples: [[]] }),
    ),
    foreign_keys: Type.Optional(Type.Array(ForeignKeySchema, { maxItems: 1000, examples: [[]] })),
  },
  { additionalProperties: false },
)

export const OutputSchema = Type.Object(
  {
    format: Type.Optional(Type.String({ description: 'csv or jsonl', examples: ['csv'] })),
  },
  { additionalProperties: false },
)

export const DatasetConfigSchema = Type.Object(
  {
    version: Type.Optional(Type.Literal(1, { description: 'Of the language', examples: [1] })),
    name: Type.Optional(Name('Of the dataset, and of the table of a config with fields', 'shop')),
    description: Description,
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'The same seed makes the same data',
        examples: [42],
      }),
    ),
    now: Type.Optional(
      Type.String({
        description: 'The moment that `last` counts back from',
        examples: ['2026-01-01T00:00:00Z'],
      }),
    ),
    locale: Locale,
    rows: Rows,
    output_format: Type.Optional(Type.String({ description: 'csv or jsonl', examples: ['csv'] })),
    output: Type.Optional(OutputSchema),
    tables: Type.Optional(
      Type.Array(TableSchema, { minItems: 1, maxItems: TABLES_MAX, examples: [[]] }),
    ),
    fields: Type.Optional(
      Type.Array(Defined('Column'), { minItems: 1, maxItems: COLUMNS_MAX, examples: [[]] }),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    patternProperties: { '^x-': {} },
    $defs: { Condition: ConditionSchema, Rule: RuleSchema, Column: ColumnSchema },
    title: 'Dataset config',
    additionalProperties: false,
  },
)
