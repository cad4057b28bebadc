// Models of tables of tests that take no time to fit, and rows of them as the tables have theirs.

import { openModel } from '#engine/models/model.ts'
import type { Algorithm } from '#engine/models/model-file.ts'
import { restore } from '#engine/models/prepare.ts'
import type { Conditions } from '#engine/models/sampled.ts'
import { trainModel } from '#engine/models/train.ts'
import type { Column, Table } from '#engine/table/table.ts'

/** The model's file; `epochs` where the algorithm has any. */
export function learn(
  table: Table,
  algorithm: Algorithm,
  { seed = 3, epochs = 3 } = {},
): Promise<Uint8Array> {
  return trainModel(
    table,
    {
      ...{ algorithm, seed, ruleFor: () => ({ type: 'word' }) },
      options: algorithm === 'gaussian_copula' ? {} : { epochs },
    },
    { signal: new AbortController().signal },
  )
}

export type Cell = string | number | null

/** Rows up to each of `cuts`, from 0 on; nulls of numbers are NaN, those of categories and texts null. */
export async function drawRows(
  file: Uint8Array,
  cuts: readonly number[],
  { seed = 4, conditions = {} }: { seed?: number; conditions?: Conditions } = {},
) {
  const model = openModel(file)
  const sampler = await model.createSampler({ seed, conditions })
  const columns: Cell[][] = model.columns.map(() => [])
  for (const [i, to] of cuts.entries()) {
    const from = cuts[i - 1] ?? 0
    const drawn = restore(model.columns, await sampler.sample({ from, to }, {}), to - from)
    for (const [at, column] of drawn.entries()) columns[at]?.push(...cellsOf(column))
  }
  const tally = sampler.tally()
  await sampler.release()
  const names = model.columns.map(({ field }) => field.name)
  const valuesOf = (name: string): Cell[] => columns[names.indexOf(name)] as Cell[]
  return {
    columns,
    rows: (columns[0] ?? []).map((_, row) => columns.map((cells) => cells[row] as Cell)),
    valuesOf,
    numbersOf: (name: string) => valuesOf(name) as number[],
    tally,
  }
}

function cellsOf(column: Column): Cell[] {
  if (column.kind === 'category')
    return Array.from(column.codes, (code) => column.levels[code] ?? null)
  return column.kind === 'text' ? [...column.values] : [...column.values]
}
