// One exchange with the API of CreateOS: its key, its envelope, what may be sent again and when.
import { setTimeout as delay } from 'node:timers/promises'
import Type from 'typebox'
import Value from 'typebox/value'
import { type Bound, TargetError } from '../../target.ts'

/** `status`: of HTTP; null when nobody answered. `isUnsure`: it may have been done all the same. */
export class ApiError extends TargetError {
  readonly status: number | null
  readonly isUnsure: boolean

  constructor(
    message: string,
    { status, isUnsure }: { status: number | null; isUnsure: boolean },
    options?: ErrorOptions,
  ) {
    super('failed', message, whatToDo(status), options)
    this.name = 'ApiError'
    this.status = status
    this.isUnsure = isUnsure
  }
}

function whatToDo(status: number | null): string {
  if (status === 401 || status === 403)
    return 'Look at CREATEOS_API_KEY: it may be wrong or revoked.'
  if (status === 429) return 'Wait for a minute, or look at the quotas of the account.'
  if (status === null || status >= 500) return 'Deploy again: it goes on from here.'
  return 'Correct what it names, and deploy again.'
}

export type Call = {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** From `/v1` on. */
  path: string
  query?: Readonly<Record<string, string | number>>
  body?: object
}

export type CallSettings = {
  url: string
  /** Read for each call; throws where there is none. */
  key: () => string
  timeoutMs: number
  firstPauseMs: number
  pauseMaxMs: number
}

export const CALL_DEFAULTS = { timeoutMs: 30_000, firstPauseMs: 500, pauseMaxMs: 30_000 }

const TRIES = 4
const SENT_AGAIN = [408, 429, 500, 502, 503, 504]
/** A POST with another answer may have been taken. */
const NOT_TAKEN = [429, 503]
const REASON_MAX = 300

/** Failures come with the status 200 too: the envelope says so, in one of two ways. */
const Good = Type.Union([
  Type.Object({ status: Type.Literal('success'), data: Type.Unknown() }),
  Type.Object({ success: Type.Literal(true), data: Type.Unknown() }),
])

export type Caller = (call: Call, bound: Bound) => Promise<unknown>

/** Resolves with `data` of the envelope. Throws ApiError, or the signal's reason. */
export function createCaller(settings: CallSettings): Caller {
  return async (call, { signal }) => {
    for (let tries = 1; ; tries++) {
      const answer = await exchange(call, settings, signal)
      if (answer.error === null) return answer.data
      const { error, retryAfterMs } = answer
      const pauseMs = Math.max(retryAfterMs, settings.firstPauseMs * 2 ** (tries - 1))
      const isLast = tries === TRIES || pauseMs > settings.pauseMaxMs
      if (isLast || !mayRepeat(call, error.status)) throw error
      await delay(pauseMs, undefined, { signal })
    }
  }
}

const mayRepeat = ({ method }: Call, status: number | null): boolean =>
  method === 'POST'
    ? status !== null && NOT_TAKEN.includes(status)
    : status === null || SENT_AGAIN.includes(status)

type Answer = { error: null; data: unknown } | { error: ApiError; retryAfterMs: number }

async function exchange(call: Call, settings: CallSettings, signal: AbortSignal): Promise<Answer> {
  const { method, path, query = {}, body } = call
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  )
  const url = `${settings.url.replace(/\/+$/, '')}${path}${search.size > 0 ? `?${search.toString()}` : ''}`
  const headers = {
    'x-api-key': settings.key(),
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)])
  try {
    const sent = { method, headers, signal: limit, redirect: 'error' as const }
    const response = await fetch(url, { ...sent, ...(body && { body: JSON.stringify(body) }) })
    return answerOf(call, response.status, await response.text(), response.headers)
  } catch (cause) {
    signal.throwIfAborted()
    const message = `createos does not answer (${method} ${path})`
    const isUnsure = method === 'POST'
    return { error: new ApiError(message, { status: null, isUnsure }, { cause }), retryAfterMs: 0 }
  }
}

function answerOf({ method, path }: Call, status: number, text: string, headers: Headers): Answer {
  const json = parsed(text)
  const isFine = status >= 200 && status < 300
  if (isFine && Value.Check(Good, json)) return { error: null, data: json.data }
  const reason = reasonOf(json).slice(0, REASON_MAX)
  const message = `createos answered ${status} to ${method} ${path}${reason && `: ${reason}`}`
  const isUnsure = method === 'POST' && status >= 500 && !NOT_TAKEN.includes(status)
  return {
    error: new ApiError(message, { status, isUnsure }),
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
  }
}

function reasonOf(json: unknown): string {
  const { data, message } = (json ?? {}) as { data?: unknown; message?: unknown }
  return [data, message].find((text) => typeof text === 'string') ?? ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Seconds or a date; 0 where there is none. */
function retryAfterMs(text: string | null): number {
  if (!text) return 0
  if (/^\d{1,6}$/.test(text)) return 1_000 * Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? 0 : Math.max(0, at - Date.now())
}
