// A table of made-up people whose columns hang together, with nulls: what learning and evaluation are tested on.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { Table } from '#engine/table/table.ts'
import { categoryColumn, numberColumn, tableOf } from './columns.ts'

/** `bend` moves the incomes of the old: 0 for the law itself, 1 for a plain difference. */
export function peopleTable(rows: number, seed: number, bend = 0): Table {
  const random = createSeededRandom(seed, 'people')
  const [ages, incomes, plans, active]: [
    number[],
    (number | null)[],
    (string | null)[],
    boolean[],
  ] = [[], [], [], []]
  for (let row = 0; row < rows; row++) {
    const age = Math.round(45 + 14 * random.normal())
    const income = Math.round(
      100 * (300 + age * (4 - (age > 50 ? 3 * bend : 0)) + 60 * random.normal()),
    )
    const rank = (age - 30) / 10 + random.normal()
    ages.push(age)
    incomes.push(random.unit() < (age > 60 ? 0.3 : 0.02) ? null : income / 100)
    plans.push(random.unit() < 0.05 ? null : rank < 0 ? 'free' : rank < 1.5 ? 'basic' : 'plus')
    active.push(random.unit() < 1 / (1 + Math.exp((age - 45) / 8)))
  }
  return tableOf([
    numberColumn('age', ages, { type: 'integer', decimals: 0 }),
    numberColumn('income', incomes),
    categoryColumn('plan', plans),
    categoryColumn('active', active, { type: 'boolean' }),
  ])
}
