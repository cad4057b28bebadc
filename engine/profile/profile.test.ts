import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeededRandom } from '#engine/random/seeded-random.ts'
import type { BatchColumn } from '#engine/table/byte-cells.ts'
import { takeRows } from '#engine/table/table.ts'
import { category, number, tableOf, text, times } from '#engine/testing/small-tables.ts'
import { byteCells } from '#engine/testing/uploads.ts'
import type { ColumnProfile, Profile } from './profile.ts'
import { renderProfile } from './profile-page.ts'
import { createProfiler, profileTable } from './profiler.ts'

const columnOf = (profile: Profile, name: string): ColumnProfile =>
  profile.columns.find((column) => column.name === name) as ColumnProfile

test('columns: counts, extremes, quantiles, order, values', () => {
  const table = tableOf(
    [
      number(
        'n',
        times(1000, (row) => (row % 10 === 9 ? null : row % 200)),
      ),
      category(
        'c',
        times(1000, (row) => (row < 4 ? 'rare' : row % 3 === 0 ? 'a' : 'b')),
      ),
      number(
        'same',
        times(1000, () => 7),
      ),
      number(
        'up',
        times(1000, (row) => Math.floor(row / 2)),
        'date',
      ),
      number(
        'money',
        times(1000, (row) => (row % 50) / 100),
        'decimal',
        2,
      ),
    ],
    1000,
  )
  const { profile } = profileTable(table)
  const n = columnOf(profile, 'n')
  assert.deepEqual([n.nulls, n.distinct.count, n.distinct.exact, n.sorted], [100, 180, true, null])
  assert.deepEqual([n.numbers?.min, n.numbers?.max, n.numbers?.zeros], [0, 198, 5])
  assert.equal(n.numbers?.quantiles[5], 98)
  assert.ok(Math.abs((n.numbers?.mean ?? 0) - 99) < 0.6)
  for (const { numbers } of profile.columns)
    for (const shares of [numbers?.histogram.shares, numbers?.spread.shares])
      if (shares) assert.ok(Math.abs(shares.reduce((a, b) => a + b, 0) - 1) < 1e-9)
  assert.deepEqual(columnOf(profile, 'c').top_values, [
    { value: 'b', rows: 664 },
    { value: 'a', rows: 332 },
  ])
  const same = columnOf(profile, 'same')
  assert.deepEqual([same.constant, same.unique, same.sorted], [true, false, null])
  assert.equal(columnOf(profile, 'up').sorted, 'ascending')
  assert.deepEqual(
    columnOf(profile, 'money').numbers?.histogram.edges.slice(0, 2),
    [0, 0.0163333333333],
  )
})

test('tables: repeated rows, keys, nulls together, dependencies, orders, sums', () => {
  const random = createSeededRandom(4, 'places')
  const drawn = times(600, () => random.below(40))
  const nets = times(600, () => random.below(100))
  const taxes = times(600, () => random.below(20))
  const days = times(600, () => random.below(6))
  const place = (row: number): number => drawn[row] as number
  const table = tableOf(
    [
      number(
        'day',
        times(600, (row) => row % 30),
        'date',
      ),
      number(
        'shop',
        times(600, (row) => Math.floor(row / 30)),
      ),
      category(
        'city',
        times(600, (row) => `city ${place(row)}`),
      ),
      category(
        'state',
        times(600, (row) => `state ${place(row) % 7}`),
      ),
      category(
        'almost',
        times(600, (row) => (row === 5 ? 'x' : `state ${place(row) % 7}`)),
      ),
      number('net', nets),
      number('tax', taxes),
      number(
        'total',
        nets.map((net, row) => net + (taxes[row] as number)),
      ),
      category(
        'a',
        times(600, (row) => (row % 6 === 0 ? null : 'yes')),
      ),
      number(
        'b',
        times(600, (row) => (row % 6 === 0 ? null : (days[row] as number))),
      ),
    ],
    600,
  )
  const { profile } = profileTable(table)
  assert.deepEqual(
    profile.keys.filter(({ columns }) => columns[0] === 'day'),
    [{ columns: ['day', 'shop'], exact: true }],
  )
  assert.deepEqual(profile.null_patterns, [{ columns: ['a', 'b'], rows: 100, share: 1 / 6 }])
  const shareOf = (a: string, b: string) =>
    profile.dependencies.find((one) => one.determinant === a && one.dependent === b)?.share
  assert.equal(shareOf('city', 'state'), 1)
  assert.equal(shareOf('state', 'city'), undefined)
  assert.equal(shareOf('city', 'almost'), 599 / 600)
  assert.deepEqual(profile.combinations[0]?.columns, ['city', 'state'])
  assert.equal(profile.combinations[0]?.values.length, 40)
  assert.deepEqual(profile.sums, [{ parts: ['net', 'tax'], total: 'total' }])
  const orders = profile.orders.map(({ low, high, strict }) => `${low} ${high} ${strict}`)
  assert.deepEqual(orders, ['net total false', 'tax total false'])
  assert.equal(profile.duplicate_rows.count, 0)
  const twice = takeRows(
    table,
    Int32Array.from({ length: 900 }, (_, row) => row % 600),
  )
  assert.deepEqual(profileTable(twice).profile.duplicate_rows, {
    count: 300,
    exact: true,
    error: 0,
  })
})

test('batches of any size make the profile of the whole, and any salt of hashes the same', () => {
  const table = tableOf(
    [
      category(
        'c',
        times(500, (row) => (row % 9 === 0 ? null : ('abcdef'[row % 6] as string))),
      ),
      number(
        'n',
        times(500, (row) => (row * row) % 97),
      ),
      text(
        't',
        times(500, (row) => (row % 11 === 0 ? null : `näte ${row % 50} of some kind`)),
      ),
    ],
    500,
  )
  const fields = table.columns.map(({ field }) => field)
  const whole = profileTable(table)
  for (const size of [1, 37, 499]) {
    const profiler = createProfiler(fields, { name: 'data', seed: 5, pairs: true })
    for (let from = 0; from < 500; from += size) {
      const rows = Int32Array.from({ length: Math.min(size, 500 - from) }, (_, row) => from + row)
      const { columns, ...rest } = takeRows(table, rows)
      // Each batch names its levels in an order of its own.
      const renamed = columns.map((column): BatchColumn => {
        // Texts of some batches come as bytes.
        if (column.kind === 'text' && from % 2 === 0)
          return { kind: 'bytes', field: column.field, cells: byteCells(column.values) }
        if (column.kind !== 'category') return column
        const levels = column.levels.toReversed()
        const codes = column.codes.map((code) => (code < 0 ? -1 : levels.length - 1 - code))
        return { ...column, levels, codes }
      })
      profiler.add({ ...rest, columns: renamed })
    }
    const round = (profile: Profile) =>
      JSON.stringify(profile, (_, value) =>
        typeof value === 'number' ? Number(value.toPrecision(9)) : value,
      )
    assert.equal(round(profiler.finish().profile), round(whole.profile))
  }
})

test('more rows than the sample holds: counts are of all, the rest is of the sample', () => {
  const rows = 120_000
  const random = createSeededRandom(1, 'test')
  const table = tableOf(
    [
      number(
        'n',
        times(rows, () => Math.floor(random.normal() * 1000)),
      ),
      text(
        'id',
        times(rows, (row) => `K-${String(row).padStart(7, '0')}`),
        'id',
      ),
    ],
    rows,
  )
  const { profile } = profileTable(table)
  assert.deepEqual([profile.rows, profile.sampled_rows], [rows, 50_000])
  const id = columnOf(profile, 'id')
  assert.deepEqual([id.unique, id.distinct.exact], [true, false])
  assert.ok(Math.abs(id.distinct.count / rows - 1) < 4 * id.distinct.error)
  assert.ok(id.distinct.error < 0.01)
  assert.deepEqual(id.rule, { type: 'sequence', start: 1_000_000, prefix: 'K-', pad: 7 })
  const { quantiles } = columnOf(profile, 'n').numbers as NonNullable<ColumnProfile['numbers']>
  for (const [at, normal] of [
    [1, -2326],
    [4, -674],
    [5, 0],
    [6, 674],
    [9, 2326],
  ] as const)
    assert.ok(Math.abs((quantiles[at] as number) - normal) < 60, `${quantiles[at]} for ${normal}`)
})

test('running numbers are written alike however long they are; another form among them is not', () => {
  const saidOf = (of: (row: number) => string): string =>
    profileTable(tableOf([text('id', times(800, of), 'id')], 800))
      .profile.quality.findings.map(({ advice }) => advice)
      .join('\n')
  assert.doesNotMatch(
    saidOf((row) => `C-${row + 1}`),
    /not written like/,
  )
  assert.match(
    saidOf((row) => (row % 20 === 0 ? `X${row + 1}y` : `C-${row + 1}`)),
    /5\.0 % of id are not written like the rest \(A-999\)/,
  )
})

test('the quality names columns and figures', () => {
  const table = tableOf(
    [
      number(
        'empty',
        times(100, () => null),
      ),
      number(
        'half',
        times(100, (row) => (row % 2 === 0 ? null : row % 7)),
      ),
      category(
        'same',
        times(100, () => 'x'),
      ),
    ],
    100,
  )
  const { quality } = profileTable(table).profile
  const said = quality.findings.map(({ advice }) => advice).join('\n')
  assert.match(said, /empty has no value in 100 rows/)
  assert.match(said, /half is null in 50 % of the rows/)
  assert.match(said, /same has one value in all rows/)
  const lost = quality.findings.reduce((sum, { points }) => sum + points, 0)
  assert.ok(Math.abs(quality.score + lost - 100) < 0.1 && quality.score < 70)
})

test('odd tables have profiles: no rows, one row, no columns, one kind of nothing', () => {
  for (const rows of [0, 1, 2])
    for (const value of [null, 0]) {
      const columns = [
        number(
          'n',
          times(rows, () => value),
        ),
        number(
          'd',
          times(rows, () => value),
          'decimal',
          3,
        ),
        category(
          'c',
          times(rows, () => (value === null ? null : '')),
        ),
        text(
          't',
          times(rows, () => (value === null ? null : '')),
          'id',
        ),
      ]
      const { profile } = profileTable(tableOf(columns, rows))
      assert.equal(profile.rows, rows)
      const page = renderProfile(JSON.parse(JSON.stringify(profile)))
      assert.ok(page.endsWith('</html>\n'))
      assert.doesNotMatch(page, /<\/h3><\/div>/, 'a card says why it shows nothing')
    }
  assert.equal(profileTable(tableOf([], 3)).profile.columns.length, 0)
})
