// The shapes of datasets over REST.

import Type from 'typebox'
import { Nullable, PAGING, Time } from './schemas.ts'

const Text = Type.String()
const Count = Type.Integer({ minimum: 0 })

const ColumnView = Type.Object({
  name: Text,
  type: Type.Enum([
    ...['integer', 'decimal', 'boolean', 'date', 'datetime', 'time', 'category', 'text', 'id'],
  ]),
  semantic: Nullable(
    Text,
    'What the values mean, where that is known: email, phone, iban, city ...',
  ),
  confidence: Type.Number({ minimum: 0, maximum: 1, description: 'Of the semantic' }),
  nulls: Count,
  distinct: Type.Integer({
    minimum: 0,
    description: 'Exact up to some thousands, within 2 % beyond',
  }),
  examples: Type.Array(Type.Unknown(), {
    description: 'Values; of personal columns and ids their shape: Xxxx.xxx@xxxxx.xxx',
  }),
  decimals: Count,
  layout: Nullable(
    Text,
    'How dates and times are written, null for ISO 8601; of numbers what stands around them, such as $#,##0.00',
  ),
})

export const DatasetView = Type.Object({
  dataset_id: Text,
  project_id: Text,
  name: Text,
  format: Type.Enum(['csv', 'json', 'jsonl', 'parquet', 'arrow']),
  form: Type.Record(Text, Type.Unknown(), {
    description: 'How the file is written: encoding, dialect',
  }),
  rows: Count,
  bytes: Count,
  sha256: Text,
  columns: Type.Array(ColumnView),
  warnings: Type.Array(Text),
  created_by: Text,
  created_at: Time,
})

export const DatasetList = Type.Object({
  datasets: Type.Array(DatasetView),
  page: Count,
  page_size: Count,
  total: Count,
})

export const DatasetPreview = Type.Object({
  columns: Type.Array(Type.Object({ name: Text, type: Text })),
  rows: Type.Array(Type.Array(Type.Unknown()), { description: 'Values in the order of columns' }),
})

export const DatasetListQuery = Type.Object(
  {
    ...PAGING,
    project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
)

/** More rows than these are not kept for looks. */
export const PREVIEW_ROWS_MAX = 10

export const PreviewQuery = Type.Object(
  {
    rows: Type.Optional(
      Type.Integer({
        ...{ minimum: 1, maximum: 1_000, default: PREVIEW_ROWS_MAX },
        description: `At most ${PREVIEW_ROWS_MAX} are there`,
      }),
    ),
  },
  { additionalProperties: false },
)

/** What can be said of the file: in the query, or in fields of the form. */
export const UploadOptions = Type.Object({
  project_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'Else that of the file' }),
  ),
  keep: Type.Optional(
    Type.Enum(['nothing', 'rows_before_break'], {
      description: 'Of a file that is broken; nothing by default',
    }),
  ),
  format: Type.Optional(Type.Enum(['csv', 'json', 'jsonl', 'parquet', 'arrow'])),
  encoding: Type.Optional(Type.String({ maxLength: 40, description: 'Such as windows-1252' })),
  delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1, description: 'Of CSV' })),
  quote: Type.Optional(Type.Enum(['"', "'"])),
  escape: Type.Optional(Type.Enum(['"', "'", '\\'])),
  header: Type.Optional(
    Type.Boolean({ description: 'Whether the first line of CSV has the names' }),
  ),
})

export type UploadOptions = Type.Static<typeof UploadOptions>

export const UploadForm = Type.Object({
  ...UploadOptions.properties,
  file: Type.String({ format: 'binary', description: 'Read while it arrives' }),
})
