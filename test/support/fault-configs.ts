// Datasets that take long enough to be disturbed.

/** About 75 bytes a row; a worker makes around two million rows a second. */
export const PEOPLE = {
  seed: 11,
  tables: [
    {
      name: 'people',
      columns: [
        { name: 'id', type: 'int', constraints: ['PK'] },
        { name: 'token', type: 'uuid' },
        { name: 'name', type: 'str', rule: 'full_name' },
        {
          name: 'born',
          type: 'date',
          rule: { type: 'date', min: '1950-01-01', max: '2000-12-31' },
        },
        { name: 'score', type: 'decimal', rule: { type: 'range', min: 0, max: 100 } },
      ],
    },
  ],
}

/** Rows of PEOPLE that keep a small fleet busy for some seconds. */
export const SOME_SECONDS = { rows: 3_000_000 }

const WIDE = Array.from({ length: 24 }, (_, i) => ({
  name: `v${i}`,
  type: 'float',
  rule: { type: 'normal', mean: 0, stddev: 1, decimals: 2 },
}))

/** One chunk of these takes a worker about a second. */
export const SLOW = {
  seed: 3,
  tables: [{ name: 'wide', columns: [{ name: 'id', type: 'int', constraints: ['PK'] }, ...WIDE] }],
}

/** SLOW as a job of one chunk. */
export const ONE_CHUNK = { rows: 400_000, chunk_rows: 400_000 }
