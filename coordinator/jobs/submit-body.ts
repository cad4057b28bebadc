// The body of a submission: its fields and their bounds.

import Type from 'typebox'
import { LOAD_FIELDS } from '#coordinator/load/fields.ts'
import { REGIONS } from '#settings/regions.ts'
import { MODEL_FIELDS } from './model-request.ts'

const ROWS_MAX = 1_000_000_000_000
const CHUNK_ROWS_MAX = 1_000_000

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(schema)

export const Output = Type.Object(
  {
    format: optional(Type.Enum(['csv', 'json', 'jsonl', 'parquet', 'sql', 'arrow'])),
    compression: optional(Type.Enum(['none', 'gzip', 'zstd', 'snappy'])),
    dialect: optional(Type.Enum(['postgresql', 'mysql', 'sqlite'])),
    container: optional(Type.Enum(['file', 'stream'])),
    ...LOAD_FIELDS,
  },
  { additionalProperties: false },
)

export const Publish = Type.Object(
  {
    ipfs: optional(Type.Boolean()),
    arweave: optional(Type.Boolean()),
    max_price_winston: optional(
      Type.String({ pattern: '^[0-9]{1,30}$', description: 'Winston as text of 1 to 30 digits.' }),
    ),
    config: optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

const Anomalies = Type.Object(
  {
    inject: optional(Type.Boolean({ description: 'false: none, whatever the config says.' })),
    ratio: optional(
      Type.Number({
        minimum: 0,
        maximum: 1,
        description: 'Share of the rows of each table, exact to one row; by default 0.01.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'Damaged rows, labelled: by default in every table that has more than keys.',
  },
)

export const SubmitBody = Type.Object(
  {
    kind: optional(Type.Enum(['generate'])),
    project_id: optional(Type.String({ minLength: 1, maxLength: 100 })),
    config: optional(
      Type.Union([Type.Object({}), Type.String()], {
        description: 'The dataset config: an object, or YAML or JSON text.',
      }),
    ),
    template: optional(
      Type.String({ maxLength: 100, description: 'A ready config, in place of config' }),
    ),
    ...MODEL_FIELDS,
    rows: optional(Type.Integer({ minimum: 0, maximum: ROWS_MAX })),
    output: optional(Output),
    anomalies: optional(Anomalies),
    publish: optional(Publish),
    chunk_rows: optional(Type.Integer({ minimum: 1, maximum: CHUNK_ROWS_MAX })),
    priority: optional(Type.Enum(['low', 'normal', 'high'])),
    regions: optional(Type.Array(Type.Enum([...REGIONS]), { maxItems: 16 })),
    name: optional(Type.String({ minLength: 1, maxLength: 200 })),
    dry_run: optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
