// Signed calls to an S3-compatible server (AWS Signature Version 4, path style), tried again when it is busy.
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { AppError } from '#engine/errors.ts'

/** `endpoint`: the server's base URL, without the bucket. */
export type S3Settings = {
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

export type S3Call = {
  headers?: Record<string, string>
  body?: Uint8Array
  query?: Record<string, string>
  signal?: AbortSignal | undefined
}

export type S3Response = { status: number; headers: Headers; body: Uint8Array }

export type S3Client = {
  /** Any answer but a 5xx or 429 resolves. AppError `infrastructure` when there is none after all tries. */
  send: (method: string, key: string, call?: S3Call) => Promise<S3Response>
  /** A URL that allows one method on one key; the headers are signed and must be sent as they are. */
  presign: (
    method: string,
    key: string,
    options: { headers: Record<string, string>; expiresS: number },
  ) => Promise<{ url: string; headers: Record<string, string> }>
}

const TRIES = 4
const FIRST_PAUSE_MS = 200
const CALL_TIMEOUT_MS = 60_000

export function createS3Client(
  settings: S3Settings,
  deps: { fetch?: typeof fetch } = {},
): S3Client {
  const { accessKeyId, secretAccessKey, region } = settings
  const credentials = { accessKeyId, secretAccessKey, region, service: 's3', cache: new Map() }
  const urlOf = (key: string, query: Record<string, string> = {}) => {
    const url = new URL(`${settings.endpoint.replace(/\/+$/, '')}/${settings.bucket}/${key}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    return url.href
  }
  const once = async (method: string, key: string, call: S3Call): Promise<S3Response> => {
    const url = urlOf(key, call.query)
    const signed = await new AwsV4Signer({
      ...credentials,
      method,
      url,
      headers: call.headers ?? {},
    }).sign()
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const response = await (deps.fetch ?? fetch)(signed.url, {
      method,
      headers: signed.headers,
      redirect: 'error',
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      ...(call.body ? { body: call.body as Uint8Array<ArrayBuffer> } : {}),
    })
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body }
  }
  return {
    async send(method, key, call = {}) {
      for (let tries = 1; ; tries++) {
        call.signal?.throwIfAborted()
        const result = await once(method, key, call).catch((error: unknown) => error as Error)
        if (!(result instanceof Error) && result.status < 500 && result.status !== 429)
          return result
        call.signal?.throwIfAborted()
        if (tries === TRIES) throw unreachable(result)
        await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1), undefined, signalOption(call.signal))
      }
    },
    async presign(method, key, { headers, expiresS }) {
      const url = urlOf(key, { 'X-Amz-Expires': String(expiresS) })
      const signer = new AwsV4Signer({
        ...credentials,
        method,
        url,
        headers,
        signQuery: true,
        allHeaders: true,
      })
      return { url: (await signer.sign()).url.href, headers }
    },
  }
}

function signalOption(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

function unreachable(result: Error | S3Response): AppError {
  const cause = result instanceof Error ? result : new Error(`S3 answered ${result.status}`)
  return new AppError('infrastructure', 'the bucket of the part store does not answer', { cause })
}
