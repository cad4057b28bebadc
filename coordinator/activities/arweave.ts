// A file onto Arweave in two activities: sign, whose result is stored before anything is paid, and post, which
// only ever posts what is stored. However often either runs, the file is paid for once.

import { Context } from '@temporalio/activity'
import { readRange } from '#engine/dag/read-range.ts'
import { AppError } from '#engine/errors.ts'
import type { Database, Sql } from '../database/database.ts'
import { notify } from '../database/notifications.ts'
import type { JobSpec, JobSpecs } from '../ledger/job-spec.ts'
import { type OutputRow, readOutputs } from '../ledger/outputs.ts'
import type { ArweaveClient } from '../publish/arweave-client.ts'
import { type Tag, tagsDigest } from '../publish/arweave-tags.ts'
import { postTransaction, signTransaction, uploadChunks } from '../publish/arweave-upload.ts'
import { type Jwk, walletAddress } from '../publish/arweave-wallet.ts'
import { type BlockStore, verified } from '../storage/block-store.ts'
import type { StorageActivities } from '../workflows/activity-types.ts'

export type ArweaveDeps = {
  database: Database
  specs: JobSpecs
  store: BlockStore
  arweave: { client: ArweaveClient; wallet: Jwk } | null
}

type Activities = Pick<StorageActivities, 'signArweave' | 'postArweave'>

/** By the ending of the file's name; tags are part of what makes a transaction the same, so these stay as they are. */
const CONTENT_TYPES: Record<string, string> = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  sql: 'application/sql',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
  arrows: 'application/vnd.apache.arrow.stream',
  gz: 'application/gzip',
  zst: 'application/zstd',
}

export function createArweaveActivities(deps: ArweaveDeps): Activities {
  return {
    async signArweave({ jobId, tableNo }) {
      const { client, wallet } = arweaveOf(deps)
      const spec = await deps.specs.get(jobId)
      const output = await outputOf(deps.database, jobId, tableNo)
      const tags = tagsOf(spec, output)
      const key = {
        wallet: walletAddress(wallet),
        sha256: output.sha256 ?? '',
        tags: tagsDigest(tags),
      }
      const known = await findTransaction(deps.database, key)
      const id = known ?? (await sign(deps, { spec, output, tags, key, client, wallet }))
      await deps.database.query(
        'update outputs set arweave_id = $3 where job_id = $1 and table_no = $2',
        [jobId, tableNo, id],
      )
    },

    async postArweave({ jobId, tableNo }) {
      const { client } = arweaveOf(deps)
      const output = await outputOf(deps.database, jobId, tableNo)
      const stored = await storedTransaction(deps.database, jobId, tableNo)
      if (stored.status !== 'signed') return
      await post(deps, { client, stored })
      await upload(deps, { client, output, stored })
      await deps.database.query(
        `update arweave_transactions set status = 'posted', posted_chunks = total_chunks where id = $1`,
        [stored.id],
      )
      await notify(deps.database, 'job', jobId)
    },
  }
}

function arweaveOf({ arweave }: ArweaveDeps): NonNullable<ArweaveDeps['arweave']> {
  if (!arweave)
    throw new AppError(
      'publish_failed',
      'no Arweave gateway and wallet are set up on this installation',
    )
  return arweave
}

async function outputOf(sql: Sql, jobId: string, tableNo: number): Promise<OutputRow> {
  const output = (await readOutputs(sql, jobId)).find((row) => row.tableNo === tableNo)
  if (!output?.link || !output.sha256 || !output.dataRoot)
    throw new AppError('part_missing', `table ${tableNo} is not merged and hashed`)
  return output
}

const tagsOf = (spec: JobSpec, output: OutputRow): Tag[] => [
  {
    name: 'Content-Type',
    value: CONTENT_TYPES[spec.extension.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
  },
  { name: 'App-Name', value: 'syndata' },
  { name: 'Engine-Version', value: spec.config.engine_version },
  { name: 'IPFS-CID', value: output.link?.cid ?? '' },
  { name: 'SHA-256', value: output.sha256 ?? '' },
  { name: 'Table', value: output.name },
  { name: 'Job', value: spec.jobId },
]

type Key = { wallet: string; sha256: string; tags: string }

async function findTransaction(sql: Sql, key: Key): Promise<string | null> {
  const rows = await sql.query<{ id: string }>(
    'select id from arweave_transactions where wallet = $1 and sha256 = $2 and tags_digest = $3',
    [key.wallet, key.sha256, key.tags],
  )
  return rows[0]?.id ?? null
}

type Signing = {
  spec: JobSpec
  output: OutputRow
  tags: Tag[]
  key: Key
  client: ArweaveClient
  wallet: Jwk
}

/** The price is booked on the project's budget in the transaction that stores what was signed. */
async function sign(deps: ArweaveDeps, work: Signing): Promise<string> {
  const { spec, output, tags, key, client, wallet } = work
  const signed = await signTransaction({
    wallet,
    dataRoot: Buffer.from(output.dataRoot ?? '', 'base64url'),
    dataSize: output.bytes,
    tags,
    client,
    maxPriceWinston: BigInt(spec.maxPriceWinston ?? '0'),
    signal: Context.current().cancellationSignal,
  })
  return deps.database.transaction(async (sql) => {
    const rows = await sql.query<{ id: string }>(
      `insert into arweave_transactions (id, wallet, sha256, tags_digest, transaction, reward_winston, data_size,
         total_chunks, status) values ($1, $2, $3, $4, $5, $6, $7, $8, 'signed') on conflict do nothing returning id`,
      [
        signed.id,
        key.wallet,
        key.sha256,
        key.tags,
        signed.transaction,
        signed.rewardWinston.toString(),
        output.bytes,
        (output.dataHashes?.length ?? 0) / 32,
      ],
    )
    if (rows.length === 0) return (await findTransaction(sql, key)) ?? signed.id
    await book(sql, spec, signed.rewardWinston)
    return signed.id
  })
}

async function book(sql: Sql, spec: JobSpec, winston: bigint): Promise<void> {
  const booked = await sql.query(
    `update projects set arweave_spent_winston = arweave_spent_winston + $2
     where id = $1 and arweave_spent_winston + $2 <= arweave_budget_winston returning id`,
    [spec.projectId, winston.toString()],
  )
  if (booked.length === 0)
    throw new AppError(
      'price_exceeded',
      `storing it costs ${winston} winston, more than is left of the project's Arweave budget`,
    )
}

type StoredTransaction = {
  id: string
  transaction: string
  status: 'signed' | 'posted' | 'confirmed'
  posted_chunks: number
}

async function storedTransaction(
  sql: Sql,
  jobId: string,
  tableNo: number,
): Promise<StoredTransaction> {
  const rows = await sql.query<StoredTransaction>(
    `select t.id, t.transaction, t.status, t.posted_chunks from arweave_transactions t
     join outputs o on o.arweave_id = t.id where o.job_id = $1 and o.table_no = $2`,
    [jobId, tableNo],
  )
  if (!rows[0]) throw new AppError('not_found', `table ${tableNo} has no signed transaction`)
  return rows[0]
}

type Upload = { client: ArweaveClient; output: OutputRow; stored: StoredTransaction }

async function upload(
  { database, store }: ArweaveDeps,
  { client, output, stored }: Upload,
): Promise<void> {
  const { cancellationSignal: signal } = Context.current()
  const { get } = verified(store)
  const root = output.link?.cid ?? ''
  const save = createCursor(database, stored.id)
  await uploadChunks({
    transaction: stored.transaction,
    dataSize: output.bytes,
    chunkHashes: output.dataHashes ?? new Uint8Array(0),
    client,
    signal,
    read: (from, to) => readRange(get, root, from, to, { signal }),
    posted: stored.posted_chunks,
    onPosted: (count) => save.at(count),
  })
  await save.done()
}

const CURSOR_EVERY_CHUNKS = 64

/** Where to go on after a break; a few chunks posted again cost nothing. */
function createCursor(sql: Sql, id: string) {
  let saved = Promise.resolve<unknown>(undefined)
  return {
    at(count: number) {
      if (count % CURSOR_EVERY_CHUNKS !== 0) return
      saved = saved.then(() =>
        sql.query('update arweave_transactions set posted_chunks = $2 where id = $1', [id, count]),
      )
    },
    done: () => saved,
  }
}

/** A transaction that the network will never take is forgotten, unpaid, so that it can be signed anew. */
async function post(
  { database }: ArweaveDeps,
  { client, stored }: { client: ArweaveClient; stored: StoredTransaction },
): Promise<void> {
  const { cancellationSignal: signal } = Context.current()
  try {
    await postTransaction(stored.transaction, client, { signal })
  } catch (error) {
    if (!(error instanceof AppError) || error.details['reason'] !== 'invalid_anchor_last_tx')
      throw error
    await database.query(
      `with gone as (delete from arweave_transactions where id = $1 and posted_chunks = 0 returning reward_winston),
         unlinked as (update outputs set arweave_id = null where arweave_id = $1 returning job_id)
       update projects set arweave_spent_winston = arweave_spent_winston - (select reward_winston from gone)
       where exists (select 1 from gone)
         and id = (select project_id from jobs where id = (select job_id from unlinked limit 1))`,
      [stored.id],
    )
    throw new AppError('transaction_expired', 'the transaction waited too long before its post', {
      cause: error,
    })
  }
}
