// The block store that the settings name.
import { AppError } from '#engine/errors.ts'
import type { BlockStore } from './block-store.ts'
import { createFolderStore } from './folder-store.ts'
import type { S3Settings } from './s3-client.ts'
import { createS3Store } from './s3-store.ts'

export type StoreSettings = { kind: 'folder'; dir: string } | ({ kind: 's3' } & S3Settings)

/** Opens the store; the caller closes it. AppError `infrastructure` when the folder cannot be made or read. */
export async function openStore(settings: StoreSettings): Promise<BlockStore> {
  if (settings.kind === 's3') return createS3Store(settings)
  try {
    return await createFolderStore(settings.dir)
  } catch (error) {
    throw new AppError('infrastructure', 'the folder of the part store cannot be opened', {
      cause: error,
    })
  }
}
