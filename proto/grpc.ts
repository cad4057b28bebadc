// Joins protobuf-es service descriptors to grpc-js, which has no generator for them: the only file that knows
// both. Handlers and calls are promises, async iterables and AbortSignals; no caller sees a grpc-js callback.

import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  isMessage,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import type { GenService, GenServiceMethods } from '@bufbuild/protobuf/codegenv2'
import * as grpc from '@grpc/grpc-js'
import { errorOf, type RpcError, statusOf } from './grpc-status.ts'
import { cancelOn, receivedOn, type Sending, sendingOn } from './grpc-streams.ts'

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

const MESSAGE_LIMITS: grpc.ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
}

const SERVER_OPTIONS: grpc.ChannelOptions = {
  ...MESSAGE_LIMITS,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
}

/** One connection of its own per client: closing the client closes it, and its certificate is the stream's. */
const CLIENT_OPTIONS: grpc.ChannelOptions = {
  ...MESSAGE_LIMITS,
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc-node.flow_control_window': 1024 * 1024,
}

type Rpc = GenServiceMethods[string]

export type CallContext = { signal: AbortSignal; peer: string }

/**
 * `requests` ends when the peer ends or is gone; in the second case `signal` aborts, at once or just after.
 * Returning ends the stream.
 */
export type ServerStream<In, Out> = Sending<Out> & CallContext & { requests: AsyncIterable<In> }

/** `responses` throws RpcError unless the server ended the stream in order. One reader. */
export type ClientStream<In, Out> = Sending<In> & {
  responses: AsyncIterable<Out>
  end(): void
  cancel(): void
  /** DER of the server's certificate; null before the first response and on plain connections. */
  serverCertificate(): Buffer | null
}

type Handler<M extends Rpc, I = MessageShape<M['input']>, O = MessageInitShape<M['output']>> = {
  unary: (request: I, call: CallContext) => Promise<O>
  bidi_streaming: (stream: ServerStream<I, O>) => Promise<void>
  server_streaming: never
  client_streaming: never
}[M['methodKind']]

/** One handler per rpc; a missing, misspelt or mistyped one does not compile. */
export type Handlers<S> =
  S extends GenService<infer Rpcs> ? { [K in keyof Rpcs]: Handler<Rpcs[K]> } : never

export type CallOptions = { signal?: AbortSignal; timeoutMs?: number }

type Invoke<M extends Rpc, I = MessageInitShape<M['input']>, O = MessageShape<M['output']>> = {
  unary: (request: I, options?: CallOptions) => Promise<O>
  bidi_streaming: (options?: CallOptions) => ClientStream<I, O>
  server_streaming: never
  client_streaming: never
}[M['methodKind']]

/** The caller's view of a service. */
export type Calls<S> =
  S extends GenService<infer Rpcs> ? { [K in keyof Rpcs]: Invoke<Rpcs[K]> } : never

export type RpcServer = {
  /** Listens and returns the port. */
  listen(host: string, port: number): Promise<number>
  /** Ends calls in order, and those that are still open after `graceMs` by force. */
  close(options?: { graceMs?: number }): Promise<void>
}

type ServerOptions = {
  /** PEM; null is plain text, for loopback only. */
  tls: { key: string; certificate: string } | null
  /** Told of every handler error, with what the caller is not told. */
  onError: (error: unknown, method: string) => void
}

export function createRpcServer<S extends DescService>(
  { service, handlers }: { service: S; handlers: Handlers<S> },
  { tls, onError }: ServerOptions,
): RpcServer {
  const server = new grpc.Server(SERVER_OPTIONS)
  const byName = handlers as Record<string, AnyHandler>
  const implementation: grpc.UntypedServiceImplementation = {}
  for (const method of service.methods) {
    const handler = byName[method.localName]
    if (!handler) throw new TypeError(`no handler for ${method.name}`)
    const report = (error: unknown) => onError(error, method.name)
    implementation[method.localName] = serve(method, handler, report)
  }
  server.addService(definitionsOf(service), implementation)
  const credentials = tls
    ? grpc.ServerCredentials.createSsl(null, [
        { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) },
      ])
    : grpc.ServerCredentials.createInsecure()
  return {
    listen: (host, port) =>
      listen(server, host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, credentials),
    close: ({ graceMs = 0 } = {}) => shutdown(server, graceMs),
  }
}

export type RpcClient<S> = { calls: Calls<S>; close(): void }

type ClientOptions = {
  /** host:port */
  address: string
  /** PEM of the only root, and the name that the server's certificate must carry; null is plain text. */
  tls: { root: string; serverName: string } | null
}

export function createRpcClient<S extends DescService>(
  service: S,
  { address, tls }: ClientOptions,
): RpcClient<S> {
  const credentials = tls
    ? grpc.credentials.createSsl(Buffer.from(tls.root))
    : grpc.credentials.createInsecure()
  const name = tls ? { 'grpc.ssl_target_name_override': tls.serverName } : {}
  const channel = new grpc.Client(address, credentials, { ...CLIENT_OPTIONS, ...name })
  const calls = service.methods.map((method) => [method.localName, invoker(method, channel)])
  return { calls: Object.fromEntries(calls) as Calls<S>, close: () => channel.close() }
}

type Method = grpc.MethodDefinition<unknown, unknown>
type AnyHandler = (...input: unknown[]) => Promise<unknown>
type UnaryCall = grpc.ServerUnaryCall<unknown, unknown>
type StreamCall = grpc.ServerDuplexStream<unknown, unknown>

function definitionsOf(service: DescService): Record<string, Method> {
  return Object.fromEntries(service.methods.map((method) => [method.localName, define(method)]))
}

function define(method: DescMethod): Method {
  const streams = method.methodKind === 'bidi_streaming'
  if (!streams && method.methodKind !== 'unary')
    throw new TypeError(`${method.name}: ${method.methodKind} is not offered`)
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: streams,
    responseStream: streams,
    requestSerialize: encoder(method.input),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: encoder(method.output),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  }
}

const encoder = (schema: DescMessage) => (value: unknown) => {
  const init = value as MessageInitShape<DescMessage>
  const bytes = toBinary(schema, isMessage(value, schema) ? value : create(schema, init))
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

type Report = (error: unknown) => void

function serve(method: DescMethod, handler: AnyHandler, report: Report): grpc.UntypedHandleCall {
  if (method.methodKind === 'bidi_streaming') {
    return (call: StreamCall) => void converse(call, handler, report)
  }
  return (call: UnaryCall, done: grpc.sendUnaryData<unknown>) =>
    void answer(call, handler, report, done)
}

async function answer(
  call: UnaryCall,
  handler: AnyHandler,
  report: Report,
  done: grpc.sendUnaryData<unknown>,
): Promise<void> {
  try {
    done(null, await handler(call.request, contextOf(call)))
  } catch (error) {
    report(error)
    done(statusOf(error))
  }
}

async function converse(call: StreamCall, handler: AnyHandler, report: Report): Promise<void> {
  const requests = receivedOn(call, () => undefined)
  try {
    await handler({ ...sendingOn(call), ...contextOf(call), requests })
    call.end()
  } catch (error) {
    report(error)
    call.emit('error', statusOf(error))
  }
}

function contextOf(call: UnaryCall | StreamCall): CallContext {
  const controller = new AbortController()
  call.on('cancelled', () => controller.abort())
  return { signal: controller.signal, peer: call.getPeer() }
}

function invoker(method: DescMethod, channel: grpc.Client) {
  const { path, requestSerialize, responseDeserialize } = define(method)
  const codecs = [path, requestSerialize, responseDeserialize] as const
  if (method.methodKind === 'unary') {
    return (request: unknown, options: CallOptions = {}) =>
      new Promise((resolve, reject) => {
        const call = channel.makeUnaryRequest(
          ...codecs,
          request,
          deadline(options),
          (error, reply) => (error ? reject(errorOf(error)) : resolve(reply)),
        )
        cancelOn(options.signal, call)
      })
  }
  return (options: CallOptions = {}): ClientStream<unknown, unknown> => {
    const call = channel.makeBidiStreamRequest(...codecs, deadline(options))
    cancelOn(options.signal, call)
    let failure: RpcError | undefined
    call.on('error', (error: grpc.ServiceError) => {
      failure = errorOf(error)
    })
    return {
      ...sendingOn(call),
      responses: receivedOn(call, () => failure),
      end: () => call.end(),
      cancel: () => call.cancel(),
      serverCertificate: () => call.getAuthContext()?.sslPeerCertificate?.raw ?? null,
    }
  }
}

const deadline = ({ timeoutMs }: CallOptions): grpc.CallOptions =>
  timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs }

function listen(
  server: grpc.Server,
  address: string,
  credentials: grpc.ServerCredentials,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
}

function shutdown(server: grpc.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
