// The accepted language as TypeBox types: the readers check against them, and the JSON Schema (draft 2020-12) that
// editors complete from is this object.
import Type, { type TSchema } from 'typebox'
import { FormatSchema, OutputSchema } from './output-schema.ts'
import { TableAnomaliesSchema } from './read-anomalies.ts'
import { schemaWithFormulas } from './rules/formula-laws.ts'
import { isShort, RULE_NAMES, RULES } from './rules/registry.ts'
import { CHILD_RULES, ChildrenSchema } from './schema-children.ts'
import { ColumnSchema } from './schema-column.ts'
import { ConditionSchema } from './schema-conditions.ts'
import { ConstraintsSchema, UniqueSchema } from './schema-constraints.ts'
import { Defined, Description, Locale, Name } from './schema-parts.ts'
import { GraphSchema, TreeSchema } from './schema-self.ts'

export const TABLES_MAX = 1000
export const COLUMNS_MAX = 10_000
const ROWS_MAX = 1_000_000_000_000

const Rows = Type.Optional(
  Type.Integer({ minimum: 0, maximum: ROWS_MAX, description: 'Number of rows', examples: [1000] }),
)

const RuleSchema: TSchema = Type.Union(
  [
    Type.Union(RULE_NAMES.filter(isShort).map((name) => Type.Literal(name))),
    ...[...RULES].map(([name, spec]) => schemaWithFormulas(spec, name)),
  ],
  { description: 'How the values are made', examples: ['first_name'] },
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
    anomalies: Type.Optional(TableAnomaliesSchema),
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
          additionalProperties: Type.String({ minLength: 1, maxLength: 262_144 }),
          description:
            'Plug-ins by name, what rules of type custom call: a JavaScript program, or a WebAssembly module as data:application/wasm;base64,...',
          examples: [{ shop: 'function sku({row}) { return 1000 + row }' }],
        },
      ),
    ),
    samples: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: Type.String({ minLength: 1, maxLength: 100 }),
          description: 'Datasets by table: columns without a rule take theirs from the profile',
          examples: [{ customers: 'ds_1' }],
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
