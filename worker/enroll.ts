// Joining the fleet: the token is traded once for a worker id and a region.

import type { Logger } from 'pino'
import { AppError, codeOf, ERRORS } from '#engine/errors.ts'
import { enrollMessage, FLEET_SERVER_NAME, rawPublicKey, signMessage } from '#proto/challenge.ts'
import { type EnrollmentToken, parseToken } from '#proto/enrollment-token.ts'
import { FleetService } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { createRpcClient } from '#proto/grpc.ts'
import { createBackoff } from './backoff.ts'
import { fetchAuthority } from './fleet-tls.ts'
import type { Identity, IdentityFile, Membership } from './identity.ts'
import type { Machine } from './machine.ts'

const CALL_TIMEOUT_MS = 10_000

type Deps = { file: IdentityFile; machine: Machine; log: Logger }
type Options = {
  token: string | null
  /** Tried instead of the token's. */
  addresses: string[]
  name: string
  signal: AbortSignal
}

export type Enrolled = Identity & { membership: Membership }

/**
 * The identity of this machine, enrolled if it was not yet or if the token is a new one. Tries until a
 * coordinator answers; AppError or RpcError with a code that is not retryable when it refuses.
 */
export async function ensureEnrolled(deps: Deps, options: Options): Promise<Enrolled> {
  const identity = await deps.file.load()
  const { membership } = identity
  const token = options.token === null ? null : parseToken(options.token)
  if (options.token !== null && !token) {
    throw new AppError('enrollment_refused', 'SYNDATA_TOKEN is not an enrolment token')
  }
  if (membership && (!token || token.id === membership.tokenId)) return { ...identity, membership }
  if (!token) throw new AppError('enrollment_refused', 'the machine is new: set SYNDATA_TOKEN')
  const enrolled = { ...identity, membership: await enroll(deps, identity, { token, options }) }
  await deps.file.save(enrolled)
  return enrolled
}

async function enroll(
  { machine, log }: Deps,
  identity: Identity,
  { token, options }: { token: EnrollmentToken; options: Options },
): Promise<Membership> {
  const addresses = options.addresses.length > 0 ? options.addresses : token.addresses
  const backoff = createBackoff()
  for (let attempt = 0; ; attempt++) {
    const address = addresses[attempt % addresses.length]
    if (!address) throw new AppError('enrollment_refused', 'the token names no coordinator')
    try {
      const authority = await fetchAuthority(address, { fingerprint: token.ca })
      const trust = { address, authority }
      const { workerId, region } = await redeem(trust, { identity, machine, options })
      return { workerId, region, tokenId: token.id, authority, addresses }
    } catch (error) {
      if (!ERRORS[codeOf(error)].retryable) throw error
      log.warn({ address, reason: (error as Error).message }, 'no coordinator to enrol with yet')
      await backoff.wait(options)
    }
  }
}

async function redeem(
  { address, authority }: { address: string; authority: string },
  { identity, machine, options }: { identity: Identity; machine: Machine; options: Options },
) {
  const tls = { root: authority, serverName: FLEET_SERVER_NAME }
  const client = createRpcClient(FleetService, { address, tls })
  const token = options.token ?? ''
  try {
    return await client.calls.enroll(
      {
        token,
        publicKey: rawPublicKey(identity.privateKey),
        signature: signMessage(identity.privateKey, enrollMessage(token)),
        name: options.name,
        machine,
      },
      { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS },
    )
  } finally {
    client.close()
  }
}
