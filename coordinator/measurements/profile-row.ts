// The profile of a dataset, as far as it is there; the first who asks has it made.

import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Database } from '#coordinator/database/database.ts'
import type { DatasetRow } from '#coordinator/datasets/dataset-row.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import type { ErrorCode } from '#engine/errors.ts'
import { failureOf } from './claims.ts'

export type ProfilePart = 'document' | 'page' | 'config'

const unzip = promisify(gunzip)

type Stored = {
  status: 'pending' | 'running' | 'completed' | 'failed'
  bytes: Buffer | null
  progress: number
  error: { code: ErrorCode; message: string } | null
}

/**
 * Null bytes while it is made; `progress` is the share of the file that is read by then. Throws the AppError that it
 * failed with, once: who asks again has it made again.
 */
export async function readProfile(
  database: Database,
  { id, project_id, owner_id }: DatasetRow,
  part: ProfilePart,
): Promise<{ bytes: Buffer | null; progress: number }> {
  await database.query(
    `with made as (
       insert into measurements (id, kind, project_id, owner_id, dataset_id) values ($1, 'profile', $2, $3, $4)
       on conflict (dataset_id) where kind = 'profile' do nothing returning id)
     select pg_notify('measure', id) from made`,
    [newId('prf'), project_id, owner_id, id],
  )
  const [row] = await database.query<Stored>(
    `select status, ${part} as bytes, progress, error from measurements where kind = 'profile' and dataset_id = $1`,
    [id],
  )
  if (row?.status === 'failed') {
    await database.query(
      `delete from measurements where kind = 'profile' and dataset_id = $1 and status = 'failed'`,
      [id],
    )
    throw failureOf(row.error)
  }
  const isMade = row?.status === 'completed' && row.bytes !== null
  return { bytes: isMade ? await unzip(row.bytes as Buffer) : null, progress: row?.progress ?? 0 }
}
