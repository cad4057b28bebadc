// A request that the gateway refuses, in the network's own words.

/** `body` is a sentence (POST /tx) or an error object (POST /chunk); `reason` names the check that failed. */
export class Refusal extends Error {
  readonly status: number
  readonly body: string | { error: string }
  readonly reason: string

  constructor(status: number, body: string | { error: string }, reason?: string) {
    const word = typeof body === 'string' ? body : body.error
    super(word)
    this.name = 'Refusal'
    this.status = status
    this.body = body
    this.reason = reason ?? word
  }
}

/** A refusal of a chunk: 400 with an error word. */
export function refuseChunk(error: string): Refusal {
  return new Refusal(400, { error })
}

/** A refusal of a transaction: 400 with the network's one sentence for all; `reason` says which check. */
export function refuseTransaction(reason: string): Refusal {
  return new Refusal(400, 'Transaction verification failed.', reason)
}
