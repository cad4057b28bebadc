// A worker that says what a test tells it to, to a real coordinator: real TLS, enrolment, challenge and stream.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { ENGINE_VERSION } from '#engine/version.ts'
import {
  connectMessage,
  enrollMessage,
  FLEET_SERVER_NAME,
  rawPublicKey,
  signMessage,
} from '#proto/challenge.ts'
import { parseToken } from '#proto/enrollment-token.ts'
import {
  type ConnectRequestSchema,
  type ConnectResponse,
  FleetService,
} from '#proto/gen/syndata/v1/fleet_pb.ts'
import { createRpcClient } from '#proto/grpc.ts'
import type { ProtocolVersion } from '#proto/protocol.ts'
import { fetchAuthority } from '#worker/fleet-tls.ts'
import { createQueue, type Queue } from './queue.ts'

type Request = NonNullable<MessageInitShape<typeof ConnectRequestSchema>['message']>
type Case = NonNullable<ConnectResponse['message']['case']>
type Message<C extends Case> = Extract<ConnectResponse['message'], { case: C }>['value']

export type Line = {
  send(message: Request): void
  /** The oldest message of this kind that was not asked for yet; waits for one. */
  next<C extends Case>(kind: C): Promise<Message<C>>
  count(kind: Case): number
  /** Resolves when the stream is over, however. */
  ended: Promise<void>
  /** Breaks the stream without a goodbye. */
  cut(): Promise<void>
}

type Greeting = {
  /** Signs the challenge in place of the enrolled key. */
  key?: KeyObject
  workerId?: string
  /** Leases that it claims to run since before. */
  running?: string[]
  slots?: number
  /** Said only when it is given, as workers did not before 1.1. */
  protocol?: ProtocolVersion
}

export type ScriptedWorker = {
  workerId: string
  publicKey: Buffer
  /** Connects and greets; the answer is welcome or refused. */
  connect(greeting?: Greeting): Promise<Line>
  /** The same, welcomed. It keeps its heart beating. */
  serve(greeting?: Greeting): Promise<Line>
}

const machine = { cores: 1, memoryBytes: 2n ** 30n, engineVersion: ENGINE_VERSION }

/** Redeems a token under a key, and returns the reply. RpcError with the coordinator's code when it refuses. */
export async function enroll(token: string, key: KeyObject, signingKey: KeyObject = key) {
  const { client } = await dial(token)
  try {
    return await client.calls.enroll({
      token,
      publicKey: rawPublicKey(key),
      signature: signMessage(signingKey, enrollMessage(token)),
      name: 'scripted',
      machine,
    })
  } finally {
    client.close()
  }
}

/** A machine of its own that is enrolled by this token; its streams end with the test. */
export async function scriptedWorker(t: TestContext, token: string): Promise<ScriptedWorker> {
  const enrolledKey = newKey()
  const { workerId } = await enroll(token, enrolledKey)

  async function connect(greeting: Greeting = {}): Promise<Line> {
    const { client } = await dial(token)
    const stream = client.calls.connect()
    const line = converse(stream, () => client.close())
    t.after(() => line.cut())
    const { nonce } = await line.next('challenge')
    const signed = connectMessage(nonce, stream.serverCertificate() ?? new Uint8Array())
    const hello = {
      workerId: greeting.workerId ?? workerId,
      signature: signMessage(greeting.key ?? enrolledKey, signed),
      machine,
      slots: greeting.slots ?? 1,
      running: (greeting.running ?? []).map((leaseId) => ({ leaseId })),
      ...(greeting.protocol && { protocol: greeting.protocol }),
    }
    line.send({ case: 'hello', value: hello })
    return line
  }

  return {
    workerId,
    publicKey: rawPublicKey(enrolledKey),
    connect,
    async serve(greeting) {
      const line = await connect(greeting)
      await line.next('welcome')
      const beat = setInterval(() => line.send({ case: 'heartbeat', value: {} }), 500)
      void line.ended.then(() => clearInterval(beat))
      return line
    },
  }
}

export const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** As the token says: its address, trusting its authority alone. */
async function dial(token: string) {
  const { addresses, ca } = parseToken(token) ?? { addresses: [], ca: '' }
  const address = addresses[0] ?? ''
  const root = await fetchAuthority(address, { fingerprint: ca })
  const tls = { root, serverName: FLEET_SERVER_NAME }
  return { client: createRpcClient(FleetService, { address, tls }) }
}

type Stream = ReturnType<
  ReturnType<typeof createRpcClient<typeof FleetService>>['calls']['connect']
>

function converse(stream: Stream, close: () => void): Line {
  const queues = new Map<Case, Queue<unknown>>()
  const queueOf = (kind: Case) => {
    const queue = queues.get(kind) ?? createQueue<unknown>()
    queues.set(kind, queue)
    return queue
  }
  const read = async () => {
    for await (const { message } of stream.responses)
      if (message.case) queueOf(message.case).put(message.value)
  }
  const ended = read()
    .catch(() => undefined)
    .finally(close)
  return {
    send: (message) => void stream.send({ message }),
    next: <C extends Case>(kind: C) => queueOf(kind).take() as Promise<Message<C>>,
    count: (kind) => queueOf(kind).count(),
    ended,
    cut() {
      stream.cancel()
      return ended
    },
  }
}
