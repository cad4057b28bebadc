// What a training is of, as a digest: its checkpoints fit no other.

import { createHash } from 'node:crypto'
import { canonicalJson } from '#engine/config/canonical.ts'
import { ENGINE_VERSION } from '#engine/version.ts'
import type { Preparation } from './prepare.ts'
import { shapeOf } from './sampled.ts'

/** Lower-case hex SHA-256 of what is learned, how, and by which release; `how` is JSON. */
export function trainingDigest({ columns, targets, derived }: Preparation, how: unknown): string {
  const hash = createHash('sha256')
  const shapes = targets.map(shapeOf)
  hash.update(canonicalJson({ columns, derived, engine_version: ENGINE_VERSION, how, shapes }))
  for (const target of targets) {
    const { buffer, byteOffset, byteLength } =
      target.kind === 'numeric' ? target.values : target.codes
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex')
}
