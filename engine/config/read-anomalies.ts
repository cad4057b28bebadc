// `anomalies` of a table and of a column as written: their shape and their defaults.
import Type, { type TObject } from 'typebox'
import type { AnomalyKind } from './anomaly-types.ts'
import type { AnomaliesConfig } from './dataset-config.ts'
import type { Report } from './problem.ts'
import { only } from './schema-parts.ts'
import { checkShape, isObject } from './shape.ts'

/** In the order in which rows take them. */
export const ANOMALY_KINDS: readonly AnomalyKind[] = [
  'outlier',
  'null',
  'typo',
  'swap',
  'duplicate',
  'drift',
]
/** What one value may be by itself: a column's own anomalies, unless they say otherwise. */
export const VALUE_KINDS: readonly AnomalyKind[] = ['outlier', 'null', 'typo', 'drift']
const DEFAULT_RATIO = 0.01
const DEFAULT_LABEL = 'is_anomaly'
const EXAMPLE = 'Write anomalies: {ratio: 0.01, kinds: [outlier, typo]}'

const COMMON = {
  ratio: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: `Share of the rows, exact to one row; by default ${DEFAULT_RATIO}`,
      examples: [0.01],
    }),
  ),
  kinds: Type.Optional(
    // YAML reads the bare word null as a null.
    Type.Array(Type.Union([...ANOMALY_KINDS.map((kind) => Type.Literal(kind)), Type.Null()]), {
      minItems: 1,
      maxItems: ANOMALY_KINDS.length,
      description: 'What is done to a row; by default all that is possible',
      examples: [['outlier', 'typo', 'swap', 'duplicate', 'drift']],
    }),
  ),
  label: Type.Optional(
    Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Literal(false)], {
      description: `Column that says which rows are damaged; by default ${DEFAULT_LABEL}`,
      examples: [DEFAULT_LABEL],
    }),
  ),
  label_file: Type.Optional(
    Type.Boolean({
      description: 'Whether the damaged rows are listed in a table of their own',
      examples: [true],
    }),
  ),
}

export const TableAnomaliesSchema = Type.Object(
  {
    ...COMMON,
    columns: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 10_000,
        description: 'Columns that may be damaged; by default all but keys',
        examples: [['amount', 'city']],
      }),
    ),
  },
  { ...only, description: 'Rows that are not what the rules say', examples: [{ ratio: 0.01 }] },
)

export const ColumnAnomaliesSchema = Type.Object(COMMON, {
  ...only,
  description: 'Values that are not what the rule says',
  examples: [{ ratio: 0.01 }],
})

/** All that is possible, labelled; a hundredth of the rows where the ratio is not given. */
export function defaultAnomalies(path: string, ratio: number | undefined): AnomaliesConfig {
  return {
    path,
    ratio: ratio ?? DEFAULT_RATIO,
    kinds: null,
    columns: null,
    label: DEFAULT_LABEL,
    label_file: false,
  }
}

/** Null where none are written. */
export function readAnomalies(
  value: unknown,
  path: string,
  schema: TObject,
  report: Report,
): AnomaliesConfig | null {
  if (value === undefined || value === null || value === false) return null
  if (!isObject(value)) {
    report.problem(path, 'anomalies is an object', EXAMPLE)
    return null
  }
  if (!checkShape(schema, value, path, report, { what: 'anomalies' })) return null
  const { ratio, kinds, columns, label, label_file } = value as Partial<{
    ratio: number
    kinds: (AnomalyKind | null)[]
    columns: string[]
    label: string | false
    label_file: boolean
  }>
  return {
    ...defaultAnomalies(path, ratio),
    kinds: kinds === undefined ? null : [...new Set(kinds.map((kind) => kind ?? 'null'))],
    columns: columns === undefined ? null : [...new Set(columns)],
    label: label === false ? null : (label ?? DEFAULT_LABEL),
    label_file: label_file ?? false,
  }
}
