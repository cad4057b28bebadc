// A real table learned without a server: node_modules/.bin/node examples/learn-adult/learn.ts
// Reads adult.csv, keeps some rows aside, learns the others, draws as many and judges them. Writes the profile, the
// model, the rows and the report into a folder of the system's temporary one.

import { createReadStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { evaluate } from '#engine/evaluate/evaluate.ts'
import { renderEvaluation } from '#engine/evaluate/report/report.ts'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import { openModelDataset } from '#engine/library.ts'
import { splitRows } from '#engine/models/auto/split-rows.ts'
import { trainModel } from '#engine/models/train.ts'
import { ruleFor } from '#engine/profile/generated-rule.ts'
import { renderProfile } from '#engine/profile/profile-page.ts'
import { profileTable } from '#engine/profile/profiler.ts'

const folder = path.join(tmpdir(), 'learn-adult')
await mkdir(folder, { recursive: true })
const { signal } = new AbortController()
const seed = 1

const data = new URL('adult.csv', import.meta.url)
const { columns } = await inferFields(await readRecords(createReadStream(data)))
const fields = columns.map(({ field }) => field)
const table = await readTable(createReadStream(data), fields, { name: 'adult' })
console.log(`adult.csv: ${table.rows} rows of ${fields.map(({ name }) => name).join(', ')}`)
await writeFile(path.join(folder, 'profile.html'), renderProfile(profileTable(table).profile))

const { learned, heldOut } = splitRows(table, seed)
const onEpoch = ({ epoch, score }: { epoch: number; score: number }) => {
  if (epoch % 10 === 0)
    console.log(`epoch ${epoch}: loss ${score.toFixed(3)} on rows it does not learn`)
}
const how = { algorithm: 'argn', seed, options: { epochs: 50 }, ruleFor } as const
const model = await trainModel(learned, how, { signal, onEpoch })
await writeFile(path.join(folder, 'adult.model'), model)

const dataset = await openModelDataset(model, { rows: learned.rows, seed, format: 'csv' })
const parts: Uint8Array[] = []
for (const drawn of dataset.tables)
  for await (const bytes of drawn.bytes()) parts.push(Uint8Array.from(bytes))
await dataset.close()
const rows = path.join(folder, 'synthetic.csv')
await writeFile(rows, Buffer.concat(parts))
console.log(
  `${learned.rows} rows drawn:\n${(await readFile(rows, 'utf8')).split('\n', 3).join('\n')}`,
)

const synthetic = await readTable(createReadStream(rows), fields)
const judged = await evaluate(learned, synthetic, { holdout: heldOut, seed, signal })
await writeFile(path.join(folder, 'report.html'), renderEvaluation(judged))
const { shapes, trends, detection } = judged
console.log(
  `columns ${shapes.score?.toFixed(3)}, pairs ${trends.all_pairs?.toFixed(3)} (1 is best)`,
)
console.log(`told apart by trees: ${detection.boosted_trees.auc?.toFixed(3)} (0.5 is not at all)`)
console.log(`profile.html, adult.model, synthetic.csv and report.html are in ${folder}`)
