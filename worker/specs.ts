// Configs and plans of jobs, as the coordinators sent them: in shared memory, for all threads.

import { createHash } from 'node:crypto'
import { AppError } from '#engine/errors.ts'
import type { Spec } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { SPECS_PER_STREAM } from '#proto/limits.ts'
import type { SpecBody } from './thread-messages.ts'

export type Specs = {
  /** AppError digest_mismatch when the body is not what the digest says. */
  add(spec: Spec): void
  get(digest: string): SpecBody | undefined
}

export function createSpecs(): Specs {
  const kept = new Map<string, SpecBody>()
  return {
    add({ digest, body }) {
      const actual = createHash('sha256').update(body).digest('hex')
      if (actual !== digest) {
        throw new AppError('digest_mismatch', `spec ${digest} has the digest ${actual}`)
      }
      const shared = new Uint8Array(new SharedArrayBuffer(body.length))
      shared.set(body)
      kept.delete(digest)
      kept.set(digest, { digest, body: shared })
      if (kept.size > SPECS_PER_STREAM) kept.delete(kept.keys().next().value ?? '')
    },
    get: (digest) => kept.get(digest),
  }
}
