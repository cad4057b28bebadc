// Calls to whatever runs workers: JSON both ways, within a limit of time, tried again where that is safe.

import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#engine/errors.ts'

export type Sent = {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body?: string
}
export type Reply = { status: number; headers: Headers; text: string }

/** One exchange; rejects with AppError `unavailable` when nobody answers, `forbidden` where it may not go. */
export type Send = (request: Sent, bound: { signal: AbortSignal }) => Promise<Reply>

export type Call = {
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers?: Readonly<Record<string, string>>
  body?: object
  /** Statuses that are an answer too. */
  also?: readonly number[]
}

export type CallOptions = { firstPauseMs?: number; pauseMaxMs?: number; timeoutMs?: number }

const TRIES = 3
const DEFAULTS = { firstPauseMs: 500, pauseMaxMs: 8_000, timeoutMs: 10_000 }
const PASSING = [408, 429, 500, 502, 503, 504]
/** A POST that may have been taken is not sent again, nor a PATCH. */
const NOT_TAKEN = [429, 503]
const REASON_LENGTH_MAX = 200

export type Caller = (call: Call, bound: { signal: AbortSignal }) => Promise<unknown>

/**
 * `name`: of the provider, for messages. Resolves with the JSON of the answer, null when it is none. AppError
 * `unavailable` when all tries failed, `infrastructure` for a refusal; `reasonOf` finds its text in an answer.
 */
export function createCaller(
  name: string,
  deps: { send: Send; reasonOf?: (json: unknown) => string | null },
  options: CallOptions = {},
): Caller {
  const { firstPauseMs, pauseMaxMs, timeoutMs } = { ...DEFAULTS, ...options }
  const once = async (call: Call, signal: AbortSignal): Promise<Reply> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const { method, url, headers = {}, body } = call
    const sent = {
      method,
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    }
    try {
      return await deps.send(sent, { signal: limit })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof AppError) throw error
      throw new AppError('unavailable', `${name} does not answer`, { cause: error })
    }
  }
  const mayRepeat = ({ method }: Call, status: number | null): boolean => {
    const isSafe = method !== 'POST' && method !== 'PATCH'
    return status === null ? isSafe : (isSafe ? PASSING : NOT_TAKEN).includes(status)
  }
  return async (call, { signal }) => {
    for (let tries = 1; ; tries++) {
      const reply = await once(call, signal).catch((error: unknown) => {
        const isAway = error instanceof AppError && error.code === 'unavailable'
        if (!isAway || tries === TRIES || !mayRepeat(call, null)) throw error
        return null
      })
      if (reply && isGood(reply, call)) return parsed(reply.text)
      if (reply && (tries === TRIES || !mayRepeat(call, reply.status)))
        throw refusal(name, reply, deps.reasonOf)
      const pauseMs = Math.max(retryAfterMs(reply), firstPauseMs * 2 ** (tries - 1))
      if (reply && pauseMs > pauseMaxMs) throw refusal(name, reply, deps.reasonOf)
      await sleep(Math.min(pauseMs, pauseMaxMs), undefined, { signal })
    }
  }
}

const isGood = ({ status }: Reply, { also = [] }: Call): boolean =>
  (status >= 200 && status < 300) || also.includes(status)

function refusal(
  name: string,
  { status, text }: Reply,
  reasonOf: (json: unknown) => string | null = () => null,
): AppError {
  const reason = reasonOf(parsed(text))?.slice(0, REASON_LENGTH_MAX)
  const message = `${name} answered ${status}${reason ? `: ${reason}` : ''}`
  return new AppError(PASSING.includes(status) ? 'unavailable' : 'infrastructure', message)
}

/** Seconds or a date; 0 where there is none. */
function retryAfterMs(reply: Reply | null): number {
  const text = reply?.headers.get('retry-after')
  if (!text) return 0
  if (/^\d{1,6}$/.test(text)) return 1_000 * Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? 0 : Math.max(0, at - Date.now())
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
