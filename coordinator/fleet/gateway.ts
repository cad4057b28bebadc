// The fleet port: FleetService over TLS under the installation's CA.

import type { Logger } from 'pino'
import { AppError } from '#engine/errors.ts'
import { connectMessage, isSignedBy } from '#proto/challenge.ts'
import { FleetService, type Hello } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { createRpcServer, type RpcServer } from '#proto/grpc.ts'
import type { Database } from '../database/database.ts'
import type { ServerCertificate } from '../identity/certificate-authority.ts'
import type { Enroll } from '../identity/enrollment.ts'
import { isId } from '../identity/new-id.ts'
import type { Fleet } from './fleet.ts'
import { findWorker, type WorkerRow } from './worker-rows.ts'

type Deps = { fleet: Fleet; enroll: Enroll; certificate: ServerCertificate; log: Logger }

export function createFleetGateway({ fleet, enroll, certificate, log }: Deps): RpcServer {
  return createRpcServer(
    {
      service: FleetService,
      handlers: {
        enroll: (request) => enroll(request),
        connect: (stream) => fleet.connect(stream),
      },
    },
    {
      tls: certificate,
      onError: (error, method) => log.warn({ err: error, method }, 'fleet call failed'),
    },
  )
}

/** The worker of a hello; AppError when it is unknown, revoked, or its signature is not over our challenge. */
export async function authenticateWorker(
  { database, certificate }: { database: Database; certificate: ServerCertificate },
  hello: Hello,
  nonce: Uint8Array,
): Promise<WorkerRow> {
  const worker = isId(hello.workerId) ? await findWorker(database, hello.workerId) : null
  if (!worker) throw new AppError('signature_invalid', 'no such worker')
  const message = connectMessage(nonce, certificate.der)
  if (!isSignedBy(worker.public_key, message, hello.signature))
    throw new AppError('signature_invalid', 'the signature does not fit the challenge')
  if (worker.state === 'revoked') throw new AppError('worker_revoked', 'this worker was revoked')
  return worker
}
