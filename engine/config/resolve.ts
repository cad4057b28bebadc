// Config and request to the resolved config that a job pins: seed, moment, rows and every parameter are explicit.
import { randomBytes } from 'node:crypto'
import { ENGINE_VERSION } from '#engine/version.ts'
import { checkFileNames } from './check-names.ts'
import { checkSql } from './check-sql.ts'
import { checkUniqueLengths } from './check-unique-lengths.ts'
import type { DatasetConfig, ForeignKeyConfig, TableConfig } from './dataset-config.ts'
import { jointGroups } from './joint-groups.ts'
import { withAnomalies } from './lower-anomalies.ts'
import { lowerColumns } from './lower-columns.ts'
import { type Constrained, lowerConstraints } from './lower-constraints.ts'
import { configError, createReport, type Report } from './problem.ts'
import type { Locate } from './read-source.ts'
import { type AnomaliesRequest, requestAnomalies } from './request-anomalies.ts'
import { blockRowsOf, type OutputRequest, resolveOutput } from './resolve-output.ts'
import { resolveRows } from './resolve-rows.ts'
import { sharedOf } from './shared-columns.ts'
import type { ResolvedConfig, ResolvedForeignKey, ResolvedTable } from './types.ts'

const DEFAULT_CHUNK_ROWS = 10_000

/** What a job asks for beside its config; each wins over what the config says, but for `now`, which the config may fix. */
export type ResolveRequest = OutputRequest & {
  anomalies?: AnomaliesRequest
  seed?: number
  /** Submission time, seconds since 1970 UTC; a fraction is dropped. */
  now: number
  rows?: number
  chunkRows?: number
  /** Where it asks for none. */
  usualChunkRows?: number
}

export type ResolvedResult = { resolved: ResolvedConfig; warnings: string[] }

/**
 * Of a config without problems. AppError `invalid_config` for what only the whole shows: more rows asked for than a
 * unique column has values, children without parents. Problems in the config carry path, line and column as written where
 * `locate`, that of the parsed config, is given.
 */
export function resolveConfig(
  given: DatasetConfig,
  request: ResolveRequest,
  locate?: Locate,
): ResolvedResult {
  const report = createReport()
  const refuse = () => {
    for (const problem of report.problems) {
      if (!isOfRequest(problem.path, request)) locate?.(problem)
    }
    return configError(report.problems)
  }
  const config = requestAnomalies(given, request.anomalies, report)
  const now = config.now ?? Math.floor(request.now)
  const constrained = new Map(
    config.tables.map((table) => {
      const columns = lowerColumns(table, config.locale, now)
      return [table.name, lowerConstraints(table, columns, report)]
    }),
  )
  const lowered = new Map([...constrained].map(([name, { columns }]) => [name, columns]))
  const rows = resolveRows(config, lowered, request.rows, report)
  const output = resolveOutput(config.output, request, report)
  checkFileNames(config, output, report)
  checkSql(config, output, report)
  if (report.problems.length > 0) throw refuse()
  const tables = config.tables.flatMap((table) =>
    withAnomalies(table, {
      name: table.name,
      rows: rows.get(table.name) ?? null,
      columns: lowered.get(table.name) ?? [],
      foreign_keys: table.foreign_keys.map((key, i) => ({
        ...resolveKey(key),
        ...withinOf(table, i, config.tables),
      })),
      ...uniqueOf(table),
      ...constraintsOf(constrained.get(table.name)),
    }),
  )
  const blockRows = blockRowsOf(output, tables)
  const resolved: ResolvedConfig = {
    version: 1,
    engine_version: ENGINE_VERSION,
    seed: request.seed ?? config.seed ?? randomSeed(),
    now,
    locale: config.locale,
    output: blockRows === null ? output : { ...output, block_rows: blockRows },
    chunk_rows: chunkRowsOf(request, blockRows, report),
    ...(Object.keys(config.plugins).length === 0 ? {} : { plugins: config.plugins }),
    tables,
  }
  checkUniqueLengths(resolved, config, report)
  if (report.problems.length > 0) throw refuse()
  return { resolved, warnings: report.warnings }
}

/** Whether what a path says was said by the request, which is not in the text of the config. */
function isOfRequest(path: string, request: ResolveRequest): boolean {
  const [, root, key = ''] = path.split('/')
  return root === 'anomalies' || (root === 'output' && Object.hasOwn(request, key))
}

/** A whole number of blocks, so that each is made by one chunk. */
function chunkRowsOf(
  { chunkRows: asked, usualChunkRows = DEFAULT_CHUNK_ROWS }: ResolveRequest,
  blockRows: number | null,
  report: Report,
): number {
  const rows = asked ?? usualChunkRows
  const whole = blockRows === null ? rows : Math.ceil(rows / blockRows) * blockRows
  if (asked !== undefined && whole !== asked) {
    report.warning(`chunk_rows is ${whole}, not ${asked}: the file has blocks of ${blockRows} rows`)
  }
  return whole
}

function resolveKey({ path: _path, copies: _copies, self, ...key }: ForeignKeyConfig) {
  return self === null ? key : { ...key, self }
}

function withinOf(
  table: TableConfig,
  index: number,
  tables: readonly TableConfig[],
): Partial<Pick<ResolvedForeignKey, 'within'>> {
  const shared = sharedOf(table, index, tables)
  return shared && 'within' in shared ? { within: shared.within } : {}
}

function constraintsOf(found: Constrained | undefined): Pick<ResolvedTable, 'constraints'> {
  return found === undefined || found.constraints.length === 0
    ? {}
    : { constraints: found.constraints }
}

function uniqueOf(table: TableConfig): Pick<ResolvedTable, 'unique'> {
  const groups = jointGroups(table)
  return groups.length === 0 ? {} : { unique: groups.map(({ columns }) => columns) }
}

const SEED_BITS = 53n

/** 0 to 2^53-1 from the system's secure source. */
function randomSeed(): number {
  return Number(randomBytes(8).readBigUInt64BE() >> (64n - SEED_BITS))
}
