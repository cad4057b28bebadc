// The accepted language as TypeBox types: the readers check against them, and the JSON Schema (draft 2020-12) that
// editors complete from is this object.
import Type, { type TSchema } from 'typebox'
import { AnomaliesSchema } from './anomalies.ts'
import { FormatSchema, OutputSchema } from './output-schema.ts'
import { isShort, RULE_NAMES, RULES } from './rules/registry.ts'
import { CHILD_RULES, ChildrenSchema } from './schema-children.ts'
import { ConditionalRuleSchema, ConditionSchema } from './schema-conditions.ts'
import { ConstraintsSchema, UniqueSchema } from './schema-constraints.ts'
import { Defined, Literal, Name, only } from './schema-parts.ts'
import { GraphSchema, TreeSchema } from './schema-self.ts'

export const TABLES_MAX = 1000
export const COLUMNS_MAX = 10_000
const ROWS_MAX = 1_000_000_000_000

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
    description: Description,
  },
  { additionalProperties: false },
)

/** Numbers, and laws of their own or those of the rules. */
const AnyChildrenSchema = Type.Union(
  [...ChildrenSchema.anyOf, ...CHILD_RULES.flatMap((name) => RULES.get(name)?.schema ?? [])],
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
    children: Type.Optional(AnyChildrenSchema),
    tree: Type.Optional(TreeSchema),
    graph: Type.Optional(GraphSchema),
  },
  { additionalProperties: false },
)

const Columns = (description: string) =>
  Type.Optional(
    Type.Array(Defined('Column'), {
      minItems: 1,
      maxItems: COLUMNS_MAX,
      description,
      examples: [[{ name: 'id', type: 'int', constraints: ['PK'] }]],
    }),
  )

export const TableSchema = Type.Object(
  {
    name: Type.Optional(Name('Name of the table', 'customers')),
    table_name: Type.Optional(Name('The same as name', 'customers')),
    rows: Rows,
    locale: Locale,
    description: Description,
    columns: Columns('In the order of the file'),
    fields: Columns('The same as columns'),
    foreign_keys: Type.Optional(
      Type.Array(ForeignKeySchema, {
        maxItems: 1000,
        description: 'Tables that this one refers to',
        examples: [[{ parent_table: 'customers', children: 3 }]],
      }),
    ),
    unique: UniqueSchema,
    constraints: ConstraintsSchema,
    anomalies: AnomaliesSchema,
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
    output_format: Type.Optional(FormatSchema),
    output: Type.Optional(OutputSchema),
    plugins: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: Type.String({ minLength: 1, maxLength: 65_536 }),
          description: 'Sources of JavaScript plug-ins, by name: what rules of type custom call',
          examples: [{ shop: 'function sku({row}) { return 1000 + row }' }],
        },
      ),
    ),
    tables: Type.Optional(
      Type.Array(TableSchema, {
        minItems: 1,
        maxItems: TABLES_MAX,
        description: 'Each becomes a file',
        examples: [[{ name: 'customers', rows: 1000, columns: [{ name: 'id', type: 'int' }] }]],
      }),
    ),
    fields: Columns('In place of tables: the columns of one table'),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    patternProperties: { '^x-': {} },
    $defs: { Condition: ConditionSchema, Rule: RuleSchema, Column: ColumnSchema },
    title: 'Dataset config',
    additionalProperties: false,
  },
)
