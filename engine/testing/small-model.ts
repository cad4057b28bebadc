// A table of every type of column, and models of it that take no time to fit.

import type { Algorithm } from '#engine/models/model-file.ts'
import { trainModel } from '#engine/models/train.ts'
import type { Column, Field, Table } from '#engine/table/table.ts'

const ROWS = 800

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => {
  return { name, type, semantic: null, decimals: 0, layout: null, zone: null, ...more }
}

const numbers = (of: Field, value: (i: number) => number): Column => {
  return {
    kind: 'number',
    field: of,
    values: Float64Array.from({ length: ROWS }, (_, i) => value(i)),
  }
}

const levels = (of: Field, names: string[], code: (i: number) => number): Column => {
  return {
    kind: 'category',
    field: of,
    levels: names,
    codes: Int32Array.from({ length: ROWS }, (_, i) => code(i)),
  }
}

const texts = (of: Field, value: (i: number) => string): Column => {
  return { kind: 'text', field: of, values: Array.from({ length: ROWS }, (_, i) => value(i)) }
}

const DAY = 86_400

/** Whoever pays is older; every seventh score is null; the kind of every ninth row is null. */
export const peopleTable: Table = {
  name: 'people',
  rows: ROWS,
  columns: [
    texts(field('id', 'id'), (i) => `K-${1000 + ((i * 7) % ROWS)}`),
    texts(field('email', 'text', { semantic: 'email' }), (i) => `secret${i}@mail.example`),
    levels(field('plan', 'category'), ['free', 'paid'], (i) => i % 2),
    levels(field('kind', 'category'), ['a, "b"', 'c'], (i) => (i % 9 === 0 ? -1 : i % 2)),
    levels(field('active', 'boolean'), ['false', 'true'], (i) => Number(i % 3 === 0)),
    numbers(field('age', 'integer'), (i) => (i % 2 === 0 ? 20 : 50) + (i % 17)),
    numbers(field('score', 'decimal', { decimals: 2 }), (i) => {
      return i % 7 === 0 ? Number.NaN : Math.round(((i * 37) % 500) - 100) / 4
    }),
    numbers(field('born', 'date', { layout: '%d.%m.%Y' }), (i) => 1000 + ((i * 31) % 9000)),
    numbers(field('seen', 'datetime'), (i) => 1_700_000_000 + ((i * 997) % (30 * DAY))),
    numbers(field('at', 'time'), (i) => (i * 613) % DAY),
    levels(field('country', 'category'), ['NZ'], () => 0),
  ],
}

/** Of a few epochs, where there are any. */
export function peopleModel(algorithm: Algorithm = 'gaussian_copula'): Promise<Uint8Array> {
  return trainModel(
    peopleTable,
    {
      algorithm,
      seed: 5,
      options: algorithm === 'gaussian_copula' ? {} : { epochs: 3 },
      ruleFor: ({ field: { semantic } }) =>
        semantic === null ? { type: 'regex', value: 'K-[0-9]{5}' } : { type: semantic },
    },
    { signal: new AbortController().signal },
  )
}
