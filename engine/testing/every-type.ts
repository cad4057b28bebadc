// A table with a column of every type, and with names and texts that the caller chooses: what formats are tried on.

import type { ResolvedColumn, ResolvedConfig, ResolvedOutput } from '#engine/config/types.ts'
import { column, configOf, range, SEQUENCE, table } from './configs.ts'

const some = { nullable: { rate: 0.25 } }

function typed(): ResolvedColumn[] {
  return [
    column('id', 'int', SEQUENCE, { primary_key: true }),
    column('whole', 'int', range(-9_007_199_254_740_991, 9_007_199_254_740_991), some),
    column('small', 'int', range(-5, 5)),
    column('part', 'float', range(-1000, 1000, 3), some),
    column('bell', 'float', {
      ...{ type: 'normal', mean: 0, stddev: 1e-9, min: null, max: null, decimals: 15 },
    }),
    column('money', 'decimal', range(-99_999, 99_999, 2), some),
    column('exact', 'decimal', range(0, 1, 9), { scale: 9 }),
    column('flag', 'bool', { type: 'boolean', probability: 0.5 }, some),
    column('key', 'uuid', { type: 'uuid', version: 4 }, { unique: true }),
    column('day', 'date', { type: 'date', min: -40_000, max: 40_000 }, some),
    column('moment', 'datetime', { type: 'datetime', min: -2e9, max: 4e9 }, some),
    column('clock', 'time', { type: 'time', min: 0, max: 86_399 }, some),
  ]
}

/** `names` and `texts`: of the columns of text, each of which may show any of the texts. */
export function everyType(
  names: readonly string[],
  texts: readonly string[],
  options: { rows: number; output?: ResolvedOutput; chunkRows?: number; seed?: number },
): ResolvedConfig {
  const columns = [
    ...typed(),
    ...names.map((name, i) =>
      column(
        `c${i}${name}`,
        'str',
        { type: 'choice', values: [...texts.slice(i % texts.length)], weights: null },
        some,
      ),
    ),
    column('pieces', 'str', { type: 'template', parts: [...texts, { rule: range(1, 9) }] }),
    column('copy', 'str', { type: 'template', parts: [{ column: `c0${names[0]}` }, '!'] }, some),
  ]
  const config = configOf([table('o\'clock "t`', options.rows, columns)], options)
  return options.output === undefined ? config : { ...config, output: options.output }
}
