// An upload on its way in: a thread stores and reads it, and one that takes long is noted meanwhile.

import type { Database } from '#coordinator/database/database.ts'
import { newId } from '#coordinator/identity/new-id.ts'
import type { ReadOptions } from '#engine/ingest/records.ts'
import type { TakenUpload } from './store-upload.ts'
import type { UploadReaders } from './upload-readers.ts'

export type TakeDeps = { database: Database; uploads: UploadReaders }

/** As `UploadReaders.read`; what is stored while it goes on is safe from the sweep. */
export async function takeUpload(
  { database, uploads }: TakeDeps,
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): Promise<TakenUpload> {
  const id = newId('dat')
  let noting = Promise.resolve()
  let noted = false
  const onRoot = (cid: string): void => {
    noted = true
    noting = noting.then(() => note(database, id, cid)).catch(() => undefined)
  }
  try {
    return await uploads.read(source, { ...options, onRoot })
  } finally {
    await noting
    if (noted) await database.query('delete from dataset_uploads where id = $1', [id])
  }
}

async function note(database: Database, id: string, cid: string): Promise<void> {
  await database.query(
    `insert into dataset_uploads (id, root_cid) values ($1, $2)
     on conflict (id) do update set root_cid = excluded.root_cid, touched_at = now()`,
    [id, cid],
  )
}
