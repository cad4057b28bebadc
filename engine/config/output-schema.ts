// The `output` of a config as TypeBox types: the format and its options.

import Type from 'typebox'

const ROWS_PER_INSERT_MAX = 100_000

export const FormatSchema = Type.String({
  description: 'csv, json, jsonl, sql, parquet or arrow',
  examples: ['csv'],
})

const Word = (description: string, example: string) =>
  Type.Optional(Type.String({ description, examples: [example] }))

export const CsvSchema = Type.Object(
  {
    delimiter: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 16,
        description: 'One character between values; also comma, semicolon, tab or pipe',
        examples: [';'],
      }),
    ),
    quote: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1,
        description: 'One character around values that need it; doubled inside',
        examples: ["'"],
      }),
    ),
    header: Type.Optional(Type.Boolean({ description: 'A first line of names', examples: [true] })),
    null: Type.Optional(
      Type.String({ maxLength: 32, description: 'How a null is written', examples: ['NULL'] }),
    ),
    line_ending: Word('lf or crlf', 'crlf'),
  },
  { additionalProperties: false, description: 'Marks of a CSV file' },
)

export const SqlSchema = Type.Object(
  {
    dialect: Word('postgresql, mysql or sqlite', 'postgresql'),
    mode: Word('insert, or copy for PostgreSQL', 'insert'),
    rows_per_insert: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ROWS_PER_INSERT_MAX,
        description: 'Rows of one INSERT statement',
        examples: [1000],
      }),
    ),
  },
  { additionalProperties: false, description: 'Whose SQL, and which statements' },
)

export const ParquetSchema = Type.Object(
  { compression: Word('zstd, snappy, gzip or none', 'zstd') },
  { additionalProperties: false, description: 'How Parquet pages are kept' },
)

export const ArrowSchema = Type.Object(
  {
    container: Word('file, or stream: read from the start, without a footer', 'stream'),
    compression: Word('zstd or none, of the buffers of record batches', 'zstd'),
  },
  { additionalProperties: false, description: 'Which form of Arrow IPC' },
)

export const OutputSchema = Type.Object(
  {
    format: Type.Optional(FormatSchema),
    compression: Word(
      'gzip or zstd for text formats, zstd for arrow, zstd, snappy or gzip for parquet; none',
      'gzip',
    ),
    csv: Type.Optional(CsvSchema),
    sql: Type.Optional(SqlSchema),
    parquet: Type.Optional(ParquetSchema),
    arrow: Type.Optional(ArrowSchema),
  },
  { additionalProperties: false, description: 'How the files are written' },
)
