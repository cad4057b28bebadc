// The private files of a lease as its worker is told of them, with the right to read exactly those.

import type { MessageInitShape } from '@bufbuild/protobuf'
import type { AssignSchema } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { signDownload } from '../storage/download-token.ts'
import { FLEET } from '../workflows/policies.ts'

/** A file in the part store: the root of its tree, its length and its digest (lower-case hex). */
export type InputRef = { cid: string; bytes: number; sha256: string }

export type InputGrants = (
  holder: { leaseId: string; workerId: string },
  inputs: readonly InputRef[],
) => Pick<MessageInitShape<typeof AssignSchema>, 'inputs' | 'download'>

/** `baseUrl`: of the parts process, as workers reach it. Nothing is granted where there are no inputs. */
export function createInputGrants(options: { key: Uint8Array; baseUrl: string }): InputGrants {
  return ({ leaseId, workerId }, inputs) => {
    if (inputs.length === 0) return {}
    const token = signDownload(options.key, {
      leaseId,
      workerId,
      cids: inputs.map(({ cid }) => cid),
      expiresAt: Math.floor(Date.now() / 1000) + FLEET.downloadTokenSeconds,
    })
    return {
      inputs: inputs.map(({ cid, bytes, sha256 }) => ({ cid, bytes: BigInt(bytes), sha256 })),
      download: { baseUrl: options.baseUrl, token },
    }
  }
}
