// The engine without a server: node_modules/.bin/node examples/library.ts
// Reads examples/shop.yaml, looks at a few rows, counts the values of a column by record batches, and writes one table to a file.

import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openDataset } from '#engine/library.ts'

const source = await readFile(new URL('shop.yaml', import.meta.url), 'utf8')
const dataset = await openDataset(source, { seed: 42, now: new Date('2026-01-01') })

for (const { name, rows, columns } of dataset.tables)
  console.log(`${name}: ${rows} rows of ${columns.map((column) => column.name).join(', ')}`)

const orders = dataset.table('orders')
for (const row of orders.values({ from: 1_000, to: 1_003 })) console.log(row.join(' | '))

const counts = new Map<string, number>()
for await (const batch of orders.batches({ to: 100_000, reuse: true }))
  for (const status of batch.getChild('status') ?? [])
    counts.set(status, (counts.get(status) ?? 0) + 1)
console.log('of 100,000 orders:', Object.fromEntries(counts))

const customers = dataset.table('customers')
const file = path.join(tmpdir(), 'customers.csv')
await pipeline(Readable.from(customers.bytes()), createWriteStream(file))
console.log(`${customers.rows} customers in ${file}`)
