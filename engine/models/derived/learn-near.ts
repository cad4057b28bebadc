// Columns that are nearly products, as the product times a target of their own.

import { createSeededRandom } from '#engine/random/seeded-random.ts'
import { extremes, type NumberColumn, nullsOf, type Table } from '#engine/table/table.ts'
import type { PreparedColumn } from '../prepare.ts'
import { protectNumbers } from '../protect.ts'
import { helper, type RelationSource, targetOf } from './learn-relation.ts'
import type { NearProduct } from './near-products.ts'
import { filled, learnNumbers } from './realise.ts'

const DECIMALS_MOST = 12

/** Null where a factor is not learned as a number. */
export function learnNear(
  column: NumberColumn,
  { first, second }: NearProduct,
  { table, ...source }: RelationSource & { table: Table },
): PreparedColumn | null {
  const { field, values } = column
  const { list, seed } = source
  const product = { form: 'product', first, second, unit: 1, offset: 0 } as const
  const whole =
    second === undefined ? targetOf(first, source) : helper({ ...product, second }, column, source)
  const nulls = nullsOf(column, values.length)
  const random = createSeededRandom(seed, `prepare ${field.name}`)
  const own = protectNumbers(column, nulls, random)
  if (whole === null || own.kind === 'constant') return null
  const factors = [first, second].flatMap((at) => (at === undefined ? [] : [numbersOf(table, at)]))
  const products = values.map((_, row) =>
    factors.reduce((result, factor) => result * (factor[row] as number), 1),
  )
  const name = list.nameOf(`${field.name} (times)`)
  const decimals = decimalsFor(products, field.decimals)
  const times = timesOf(values, products, { decimals, random: createSeededRandom(seed, name) })
  const target = list.derive({
    ...{ kind: 'numeric', name: field.name, decimals: field.decimals, step: 1 },
    ...{ min: own.min, max: own.max },
    from: {
      ...{ type: 'product', unit: 1, offset: 0, second: whole },
      first: learnNumbers(times, { name, decimals }, { list, random }),
    },
  })
  return { kind: 'numeric', field, target, nulls: nulls > 0 }
}

const numbersOf = ({ columns }: Table, at: number): Float64Array =>
  (columns[at] as NumberColumn).values

/** So many that a product is off by no more than the column is rounded by. */
function decimalsFor(products: Float64Array, decimals: number): number {
  const [, most] = extremes(products.filter((value) => !Number.isNaN(value)))
  return Math.min(DECIMALS_MOST, decimals + Math.ceil(Math.log10(Math.max(1, most))))
}

/** Null where the column is; of nothing, times of other rows. */
function timesOf(
  values: Float64Array,
  products: Float64Array,
  { decimals, random }: { decimals: number; random: ReturnType<typeof createSeededRandom> },
): Float64Array {
  const scale = 10 ** decimals
  const found = values.map((value, row) => {
    const product = products[row] as number
    return product === 0 ? Number.NaN : Math.round((value / product) * scale) / scale
  })
  const others = filled(found, random)
  return found.map((value, row) => (Number.isNaN(values[row]) ? value : (others[row] as number)))
}
