// A coordinator that does what a test says: real gRPC, TLS and challenge, on a port of its own.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from '#coordinator/identity/certificate-authority.ts'
import { connectMessage, enrollMessage, isSignedBy, newNonce } from '#proto/challenge.ts'
import { formatToken } from '#proto/enrollment-token.ts'
import {
  type ConnectRequest,
  type ConnectResponseSchema,
  type EnrollRequest,
  FleetService,
  type Hello,
} from '#proto/gen/syndata/v1/fleet_pb.ts'
import { createRpcServer, type RpcServer, type ServerStream } from '#proto/grpc.ts'
import { createQueue, type Queue } from './queue.ts'

type Reply = NonNullable<MessageInitShape<typeof ConnectResponseSchema>['message']>
type Stream = ServerStream<ConnectRequest, MessageInitShape<typeof ConnectResponseSchema>>
type Case = NonNullable<ConnectRequest['message']['case']>
type Message<C extends Case> = Extract<ConnectRequest['message'], { case: C }>['value']

/** One worker's stream; messages wait until the test asks for them, by kind. */
export type Connection = {
  hello: Hello
  /** Of the hello, over this stream's nonce and this server's certificate. */
  signatureValid: boolean
  send(message: Reply): void
  next<C extends Case>(kind: C): Promise<Message<C>>
  /** Messages of this kind that nobody asked for yet. */
  count(kind: Case): number
  /** Resolves when the worker's side is over. */
  ended: Promise<void>
  /** Ends the stream. */
  cut(): void
}

export type ScriptedFleet = {
  address: string
  authority: CertificateAuthority
  token(options?: { ca?: string }): string
  enrollments: EnrollRequest[]
  /** The next stream that greeted, not welcomed yet. */
  connection(): Promise<Connection>
  /** The same, welcomed. */
  welcomed(): Promise<Connection>
  /** Cuts every connection by force and listens again on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
  /** What the next enrolments are answered with. */
  refuseEnrollment(error: Error | null): void
}

export const newAuthority = (): Promise<CertificateAuthority> => {
  const secrets = new Map<string, Buffer>()
  return createCertificateAuthority({
    secrets: {
      async getOrCreate(name, make) {
        const secret = secrets.get(name) ?? (await make())
        secrets.set(name, secret)
        return secret
      },
    },
  })
}

export async function scriptedFleet(t: TestContext): Promise<ScriptedFleet> {
  const authority = await newAuthority()
  const issued = await authority.issueServerCertificate({ hosts: ['127.0.0.1'] })
  const tls = { key: issued.key, certificate: issued.certificate }
  const arrivals = createQueue<Connection>()
  const enrollments: EnrollRequest[] = []
  let refusal: Error | null = null

  const handlers = {
    enroll: (request: EnrollRequest) => {
      enrollments.push(request)
      const signed = isSignedBy(request.publicKey, enrollMessage(request.token), request.signature)
      if (refusal) return Promise.reject(refusal)
      if (!signed) return Promise.reject(new Error('the enrolment is not signed'))
      return Promise.resolve({ workerId: workerIdOf(request), region: 'eu-central', trust: '' })
    },
    connect: async (stream: Stream) => {
      const nonce = newNonce()
      stream.send({ message: { case: 'challenge', value: { nonce } } })
      const requests = stream.requests[Symbol.asyncIterator]()
      const { value } = await requests.next()
      if (value?.message.case !== 'hello') return
      const hello: Hello = value.message.value
      const key = enrollments.at(-1)?.publicKey ?? new Uint8Array()
      const signatureValid = isSignedBy(key, connectMessage(nonce, issued.der), hello.signature)
      const { connection, over } = converse(stream, requests, { hello, signatureValid })
      arrivals.put(connection)
      await over
    },
  }

  const start = (): RpcServer =>
    createRpcServer({ service: FleetService, handlers }, { tls, onError: () => undefined })
  let server = start()
  const port = await server.listen('127.0.0.1', 0)
  t.after(() => server.close())
  const address = `127.0.0.1:${port}`

  return {
    address,
    authority,
    enrollments,
    token: ({ ca = authority.fingerprint } = {}) =>
      formatToken({ id: `tok_${Math.random()}`, secret: 's', ca, addresses: [address] }),
    connection: () => arrivals.take(),
    async welcomed() {
      const connection = await arrivals.take()
      connection.send({ case: 'welcome', value: welcome() })
      return connection
    },
    close: () => server.close(),
    async restart() {
      await server.close()
      server = start()
      await server.listen('127.0.0.1', port)
    },
    refuseEnrollment(error) {
      refusal = error
    },
  }
}

export const welcome = (cancelledLeases: string[] = []) => ({
  region: 'eu-central',
  heartbeatIntervalMs: 1_000,
  cancelledLeases,
})

const workerIdOf = ({ publicKey }: EnrollRequest): string =>
  `wrk_${createHash('sha256').update(publicKey).digest('hex').slice(0, 8)}`

function converse(
  stream: Stream,
  requests: AsyncIterator<ConnectRequest>,
  greeting: Pick<Connection, 'hello' | 'signatureValid'>,
) {
  const queues = new Map<Case, Queue<unknown>>()
  const queueOf = (kind: Case) => {
    const queue = queues.get(kind) ?? createQueue<unknown>()
    queues.set(kind, queue)
    return queue
  }
  const cut = new AbortController()
  const read = async () => {
    for (let next = await requests.next(); !next.done; next = await requests.next()) {
      const { message } = next.value
      if (message.case) queueOf(message.case).put(message.value)
    }
  }
  const ended = read()
  const connection: Connection = {
    ...greeting,
    send: (message) => void stream.send({ message }),
    next: <C extends Case>(kind: C) => queueOf(kind).take() as Promise<Message<C>>,
    count: (kind) => queueOf(kind).count(),
    ended,
    cut: () => cut.abort(),
  }
  return { connection, over: Promise.race([ended, once(cut.signal, 'abort')]) }
}
