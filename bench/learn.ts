// How fast models learn and sample, how close they come, and how fast tables are compared: beside the Python packages
// ctgan, sdv and sdmetrics on the same table, epochs and thread, where a Python has them.

import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { evaluate } from '#engine/evaluate/evaluate.ts'
import type { Evaluation } from '#engine/evaluate/evaluation.ts'
import { alignTables, type Measured } from '#engine/evaluate/measured.ts'
import { scoreShapes } from '#engine/evaluate/shapes.ts'
import { scoreTrends } from '#engine/evaluate/trends.ts'
import type { IngestField } from '#engine/ingest/field.ts'
import { inferFields } from '#engine/ingest/infer-fields.ts'
import { readRecords } from '#engine/ingest/read-records.ts'
import { readTable } from '#engine/ingest/read-table.ts'
import { openModelDataset } from '#engine/library.ts'
import { openModel } from '#engine/models/model.ts'
import type { Algorithm } from '#engine/models/model-file.ts'
import { trainModel } from '#engine/models/train.ts'
import { ruleFor } from '#engine/profile/generated-rule.ts'
import type { Table } from '#engine/table/table.ts'
import { learnPython, type PythonLearner } from './peers/python-learn.ts'
import { besides, measured, type Row } from './row.ts'
import { settings } from './support/settings.ts'

const ROWS = 30_000
const SAMPLED_ROWS = 100_000
const DRAWS = 5
const SEED = 1
const NEVER = new AbortController().signal

const of = measured('learn')

type Subject = { algorithm: Algorithm; name: string; peer: PythonLearner | null }

const SUBJECTS: Subject[] = [
  { algorithm: 'gaussian_copula', name: 'copula', peer: 'copula' },
  { algorithm: 'tvae', name: 'TVAE', peer: 'tvae' },
  { algorithm: 'ctgan', name: 'CTGAN', peer: 'ctgan' },
  { algorithm: 'argn', name: 'ARGN', peer: null },
]

/** As the ctgan package has it by default; the other sizes are the same anyway. */
const ALIKE = { epochs: 6, pac: 10 }

type Data = {
  table: Table
  holdout: Table
  fields: readonly IngestField[]
  csv: string
  folder: string
}

export async function learnBench(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'syndata-bench-'))
  try {
    const data = await adult(folder)
    const rows: Row[] = []
    for (const subject of SUBJECTS) rows.push(...(await benchModel(data, subject)))
    return [...rows, ...(await benchComparison(data))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function adult(folder: string): Promise<Data> {
  const text = gunzipSync(readFileSync(new URL('./data/adult.csv.gz', import.meta.url))).toString()
  const lines = text.trimEnd().split('\n')
  const header = lines[0] ?? ''
  const csv = join(folder, 'real.csv')
  writeFileSync(csv, `${lines.slice(0, ROWS + 1).join('\n')}\n`)
  const { columns } = await inferFields(await readRecords(bytesOf(text)))
  const fields = columns.map(({ field }) => field)
  const read = (some: string[]) => readTable(bytesOf([header, ...some, ''].join('\n')), fields)
  const [table, holdout] = [await read(lines.slice(1, ROWS + 1)), await read(lines.slice(ROWS + 1))]
  return { table, holdout, fields, csv, folder }
}

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text)
}

/** Seconds of processor time of this process, and what the work gave. */
async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(start)
  return { seconds: (user + system) / 1e6, result }
}

type Training = { file: Uint8Array; seconds: number; first: number; epoch: number }

/**
 * Processor time of all of it, until the end of the first epoch, and of an epoch: from the end of the first one to that
 * of the last.
 */
async function train(
  table: Table,
  algorithm: Algorithm,
  options: Record<string, unknown>,
): Promise<Training> {
  const ends: number[] = []
  const onEpoch = (): void => {
    const { user, system } = process.cpuUsage()
    ends.push((user + system) / 1e6)
  }
  const start = process.cpuUsage()
  const { seconds, result } = await timed(() =>
    trainModel(table, { algorithm, seed: SEED, options, ruleFor }, { signal: NEVER, onEpoch }),
  )
  const between = (ends.at(-1) ?? 0) - (ends[0] ?? 0)
  const first = (ends[0] ?? 0) - (start.user + start.system) / 1e6
  return { file: result, seconds, first, epoch: ends.length > 1 ? between / (ends.length - 1) : 0 }
}

async function benchModel(data: Data, { algorithm, name, peer }: Subject): Promise<Row[]> {
  const epochs = settings.learnEpochs
  const isCopula = algorithm === 'gaussian_copula'
  const trainFor = (count: number) =>
    train(data.table, algorithm, isCopula ? {} : { epochs: count })
  await trainFor(1)
  const one = await trainFor(1)
  const all = isCopula ? one : await trainFor(epochs)
  const done = Math.max(1, openModel(all.file).provenance.history.length)
  const { epoch } = all
  const fit = one.seconds - epoch
  const sampling = await sample(all.file, data.folder)
  const theirs = peer === null ? null : await learnPython(peer, { ...data, rows: ROWS, epochs })
  const alike = algorithm === 'ctgan' ? await train(data.table, algorithm, ALIKE) : null
  const rows = [
    beside(of(`${name}: fit besides epochs`, fit, 's'), theirs?.prepare, peer),
    ...(epoch > 0
      ? [
          beside(
            of(`${name}: before the first epoch`, one.first - epoch, 's'),
            theirs?.prepare,
            peer,
          ),
          beside(of(`${name}: an epoch`, epoch, 's'), theirs?.epoch, peer),
        ]
      : []),
    ...(alike
      ? [beside(of(`${name}: an epoch, packs of 10`, alike.epoch, 's'), theirs?.epoch, peer)]
      : []),
    beside(
      of(`${name}: sampled to CSV`, sampling.rate, 'rows/s'),
      theirs && ROWS / theirs.sample,
      peer,
    ),
  ]
  const ours = await judged(data, await tableOf(sampling.text, data.fields))
  const peers = theirs && (await judged(data, await tableOf(theirs.sampled, data.fields)))
  return [...rows, ...scoreRows(name, ours, peers, peer), of(`${name}: epochs`, done, 'epochs')]
}

function beside(row: Row, value: number | null | undefined, peer: string | null): Row {
  return value == null || peer === null ? row : besides(row, PACKAGES[peer] ?? peer, value)
}

const PACKAGES: Readonly<Record<string, string>> = {
  copula: 'sdv',
  tvae: 'ctgan',
  ctgan: 'ctgan',
}

/** To a CSV on disk, again and again from the first row on: the fastest of some draws behind one that warms up. */
async function sample(file: Uint8Array, folder: string): Promise<{ rate: number; text: string }> {
  const request = { rows: SAMPLED_ROWS, seed: SEED, format: 'csv' as const }
  const dataset = await openModelDataset(file, request)
  const drawn = join(folder, 'drawn.csv')
  const draw = async (): Promise<void> => {
    const csv = openSync(drawn, 'w')
    for await (const bytes of dataset.tables[0]?.bytes() ?? []) writeSync(csv, bytes)
    closeSync(csv)
  }
  await draw()
  let fastest = Number.POSITIVE_INFINITY
  for (let time = 0; time < DRAWS; time++) fastest = Math.min(fastest, (await timed(draw)).seconds)
  await dataset.close()
  const lines = readFileSync(drawn, 'utf8').split('\n')
  return { rate: SAMPLED_ROWS / fastest, text: `${lines.slice(0, ROWS + 1).join('\n')}\n` }
}

function tableOf(text: string, fields: readonly IngestField[]): Promise<Table> {
  return readTable(bytesOf(text), fields)
}

function judged({ table, holdout }: Data, synthetic: Table): Promise<Evaluation> {
  return evaluate(table, synthetic, { holdout, seed: SEED, signal: NEVER, target: 'class' })
}

function scoreRows(
  name: string,
  ours: Evaluation,
  theirs: Evaluation | null,
  peer: string | null,
): Row[] {
  const score = (what: string, unit: string, of_: (evaluation: Evaluation) => number | null): Row =>
    beside(of(`${name}: ${what}`, of_(ours) ?? Number.NaN, unit), theirs && of_(theirs), peer)
  return [
    score('Column Shapes', 'score', ({ shapes }) => shapes.score),
    score('Pair Trends, all pairs', 'score', ({ trends }) => trends.all_pairs),
    score('told apart by boosted trees', 'AUC', ({ detection }) => detection.boosted_trees.auc),
    score(
      'trained on, tested on real',
      'AUC',
      ({ utility }) => utility?.trained_on_synthetic ?? null,
    ),
  ]
}

/** Shapes and trends of the real table against itself shuffled: what the comparison costs does not depend on scores. */
async function benchComparison({ table, csv, folder }: Data): Promise<Row[]> {
  const compare = (): Promise<void> => {
    const [a, b] = alignTables([table, table]).sides as [Measured, Measured]
    scoreShapes(a, b)
    scoreTrends(a, b)
    return Promise.resolve()
  }
  await compare()
  const { seconds } = await timed(compare)
  const theirs = await learnPython('sdmetrics', {
    csv,
    folder,
    rows: ROWS,
    epochs: 0,
    sampled: csv,
  })
  const row = of('shapes and trends of 30,000 rows against 30,000', seconds, 's')
  return [beside(row, theirs?.compare, 'sdmetrics')]
}
