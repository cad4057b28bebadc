// A private file of a lease from the part store into a local file: goes on where a former try ended, checks the digest,
// and waits for a store that is away.

import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { addAbortSignal } from 'node:stream'
import { AppError, codeOf, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { createBackoff } from './backoff.ts'
import { type HttpCalls, noAnswer } from './http-calls.ts'

const BACKOFF_MOST_MS = 2_000
/** After as many files with another digest the download fails. */
const DIGEST_TRIES = 3
const ANSWER_BYTES_MAX = 16_384

/** A file in the part store; `sha256` is of the whole file, lower-case hex. */
export type Wanted = { sha256: string; cid: string; bytes: number }
export type Source = { baseUrl: string; token: string }

/**
 * Puts the file at `path`; a partial one stays beside it for the next try, also of another process. AppError `forbidden`
 * when the lease's right to read it is gone, `part_missing`, `digest_mismatch`; rejects on abort.
 */
export async function download(
  http: HttpCalls,
  { wanted, source, path }: { wanted: Wanted; source: Source; path: string },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const backoff = createBackoff({ mostMs: BACKOFF_MOST_MS })
  for (let digestTries = 1; ; ) {
    try {
      await attempt(http, { wanted, source, partial: `${path}.part` }, signal)
      await rename(`${path}.part`, path)
      return
    } catch (error) {
      const code = codeOf(error)
      if (signal.aborted || !ERRORS[code].retryable) throw error
      if (code === 'digest_mismatch' && digestTries++ >= DIGEST_TRIES) throw error
      if (code === 'part_missing') throw error
      await backoff.wait({ signal })
    }
  }
}

type Attempt = { wanted: Wanted; source: Source; partial: string }

async function attempt(
  http: HttpCalls,
  { wanted, source, partial }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256')
  let have = await hashed(partial, hash, signal)
  if (have < wanted.bytes || wanted.bytes === 0)
    have += await append(http, { wanted, source, partial }, { have, hash, signal })
  if (have < wanted.bytes) throw new AppError('infrastructure', 'the download broke off')
  const digest = hash.digest('hex')
  if (have === wanted.bytes && digest === wanted.sha256) return
  await rm(partial, { force: true })
  throw new AppError('digest_mismatch', `the file ${wanted.cid} has the digest ${digest}`)
}

/** Bytes that are there already, which the hash has seen then. */
async function hashed(partial: string, hash: Hash, signal: AbortSignal): Promise<number> {
  const size = await stat(partial).then(
    (found) => found.size,
    () => 0,
  )
  if (size > 0) {
    for await (const piece of createReadStream(partial, { signal })) hash.update(piece as Buffer)
  }
  return size
}

/** Bytes that came. More than wanted are not taken. */
async function append(
  http: HttpCalls,
  { wanted, source, partial }: Attempt,
  { have, hash, signal }: { have: number; hash: Hash; signal: AbortSignal },
): Promise<number> {
  const range = have > 0 ? { range: `bytes=${have}-` } : {}
  const headers = { authorization: `Bearer ${source.token}`, ...range }
  const answer = await http.get(`${source.baseUrl}/inputs/${wanted.cid}`, { headers, signal })
  const resumed = answer.statusCode === 206
  if (answer.statusCode !== 200 && !resumed) throw await refusalOf(answer)
  if (have > 0 && !resumed) {
    answer.destroy()
    await rm(partial, { force: true })
    throw new AppError('infrastructure', 'the part store sent the whole file again')
  }
  let came = 0
  let file: FileHandle | null = null
  try {
    if (wanted.bytes === 0) file = await open(partial, 'a')
    // Written piece by piece, the file opened with the first: what came before a break stays, so that every try helps.
    for await (const piece of addAbortSignal(signal, answer) as AsyncIterable<Buffer>) {
      if (have + came + piece.length > wanted.bytes)
        throw new AppError('digest_mismatch', `the file ${wanted.cid} is longer than announced`)
      file ??= await open(partial, 'a')
      await file.appendFile(piece)
      hash.update(piece)
      came += piece.length
    }
  } catch (error) {
    if (signal.aborted) throw error
    if (codeOf(error) !== 'digest_mismatch') throw noAnswer(error as Error)
    await rm(partial, { force: true })
    throw error
  } finally {
    await file?.close()
  }
  return came
}

async function refusalOf(answer: IncomingMessage): Promise<AppError> {
  let text = ''
  for await (const piece of answer as AsyncIterable<Buffer>)
    if (text.length < ANSWER_BYTES_MAX) text += piece.toString()
  const status = answer.statusCode ?? 0
  const known: Record<number, ErrorCode> = { 403: 'forbidden', 404: 'part_missing' }
  const named = /"code":"(\w+)"/.exec(text)?.[1]
  const code = named === 'part_missing' ? named : (known[status] ?? 'infrastructure')
  return new AppError(code, `the part store answered ${status}`)
}
