// Presigned uploads for workers, where parts go straight into a bucket.

import { LEAF_BYTES } from '#engine/dag/part.ts'
import { AppError } from '#engine/errors.ts'
import type { UploadRequest } from '#proto/gen/syndata/v1/fleet_pb.ts'
import type { StoreSettings } from './open-store.ts'
import { createS3Store, type PresignedPut } from './s3-store.ts'

const EXPIRES_SECONDS = 300
const BLOCKS_MAX = 4_096

/** Signs one URL per block, bound to its digest and length; AppError upload_refused for what is no block. */
export function createUploadSigner(
  settings: StoreSettings,
): (request: UploadRequest) => Promise<PresignedPut[]> {
  if (settings.kind !== 's3')
    return () =>
      Promise.reject(new AppError('upload_refused', 'parts are put to the parts process here'))
  const store = createS3Store(settings)
  return ({ blocks }) => {
    if (blocks.length > BLOCKS_MAX || blocks.some(({ bytes }) => bytes > LEAF_BYTES))
      return Promise.reject(new AppError('upload_refused', 'not blocks of one part'))
    return Promise.all(
      blocks.map(({ cid, bytes }) => store.presignPut(cid, Number(bytes), EXPIRES_SECONDS)),
    )
  }
}
