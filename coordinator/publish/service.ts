// Calls to a pinning service: tried again when it is busy or away, every other refusal final.
import { setTimeout as sleep } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { AppError } from '#engine/errors.ts'
import type { OutgoingFetch, OutgoingInit } from './outgoing.ts'

export type ServiceDeps = { fetch: OutgoingFetch }

/** `firstPauseMs`: before the second try; it doubles each time (1 s). */
export type RetryOptions = { signal: AbortSignal; firstPauseMs?: number }

export type Service = {
  /**
   * One call, made anew for every try. Resolves with the answer's body for a 2xx and for the statuses in `also`.
   * AppError `publish_failed` otherwise.
   */
  call: (
    url: string,
    init: () => OutgoingInit,
    options: RetryOptions & { also?: readonly number[] },
  ) => Promise<Answer>
}

export type Answer = { status: number; headers: Headers; text: string }

const TRIES = 4
const FIRST_PAUSE_MS = 1000

/** `name`: the service, for messages. */
export function createService(name: string, { fetch }: ServiceDeps): Service {
  const once = async (url: string, init: OutgoingInit, also: readonly number[]) => {
    const response = await fetch(url, init)
    const text = await response.text()
    if (response.ok || also.includes(response.status)) {
      return { status: response.status, headers: response.headers, text }
    }
    throw new Refused(name, response.status, text)
  }
  return {
    async call(url, init, { signal, firstPauseMs = FIRST_PAUSE_MS, also = [] }) {
      for (let tries = 1; ; tries++) {
        try {
          return await once(url, { ...init(), signal }, also)
        } catch (error) {
          signal.throwIfAborted()
          if (tries === TRIES || !isPassing(error)) throw publishFailed(name, error)
        }
        await sleep(firstPauseMs * 2 ** (tries - 1), undefined, { signal })
      }
    },
  }
}

/** Checks that the service stored the tree that was meant. AppError `publish_failed` when its CID is another. */
export function checkCid(name: string, cid: unknown, root: string): void {
  let same = false
  try {
    same = typeof cid === 'string' && CID.parse(cid).toV1().toString() === root
  } catch {
    // Text that is no CID is another CID.
  }
  if (!same) throw new AppError('publish_failed', `${name} computed another CID than ${root}`)
}

/** A JSON answer; AppError `publish_failed` when it is none. */
export function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw publishFailed(name, error)
  }
}

class Refused extends Error {
  readonly status: number

  constructor(name: string, status: number, text: string) {
    super(`${name} answered ${status}: ${text.slice(0, 300)}`)
    this.status = status
  }
}

// Worth another try: a busy or broken service, a connection that failed. Not: a refusal, or an address that is not allowed.
function isPassing(error: unknown): boolean {
  if (error instanceof Refused) return error.status >= 500 || error.status === 429
  return !(error instanceof AppError) || error.code === 'unavailable'
}

function publishFailed(name: string, error: unknown): AppError {
  if (error instanceof AppError && error.code === 'publish_failed') return error
  const reason = error instanceof Refused ? `answered ${error.status}` : reasonOf(error)
  return new AppError('publish_failed', `${name}: ${reason}`, { cause: error })
}

function reasonOf(error: unknown): string {
  return error instanceof AppError ? error.message : 'the upload was cut off'
}
