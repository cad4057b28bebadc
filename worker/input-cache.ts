// Private files that leases need, in a folder by their digest: downloaded once, kept for the leases to come within a
// bound, and never taken away from a lease that runs.

import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { download, type Source, type Wanted } from './download.ts'
import type { HttpCalls } from './http-calls.ts'

/** A file that is whole and has this digest. */
export type InputFile = { sha256: string; path: string }

export type HeldInputs = {
  /** In the order asked for. */
  files: InputFile[]
  /** The files may go then. */
  release(): void
}

export type InputCache = {
  /**
   * Resolves when all files are there; they stay until released. Fails as `download` does, and then holds none.
   */
  hold(
    wanted: readonly Wanted[],
    source: Source,
    options: { signal: AbortSignal },
  ): Promise<HeldInputs>
}

const DIGEST = /^[0-9a-f]{64}$/

type Entry = { holders: number; coming: Promise<void> | null; abandon: AbortController }

/** `dir` is made when first needed. `maxBytes`: of all files together, as far as none that is held has to go. */
export function createInputCache(
  { http }: { http: HttpCalls },
  { dir, maxBytes }: { dir: string; maxBytes: number },
): InputCache {
  const entries = new Map<string, Entry>()
  const pathOf = (sha256: string) => join(dir, sha256)

  function enter(sha256: string): Entry {
    const entry = entries.get(sha256) ?? {
      ...{ holders: 0, coming: null, abandon: new AbortController() },
    }
    entry.holders++
    entries.set(sha256, entry)
    return entry
  }

  function leave(sha256: string): void {
    const entry = entries.get(sha256)
    if (!entry || --entry.holders > 0) return
    entry.abandon.abort()
    entries.delete(sha256)
  }

  /** Leases that wait for one file wait for one download; it ends when none waits any more. */
  async function ensure(entry: Entry, wanted: Wanted, source: Source): Promise<void> {
    const path = pathOf(wanted.sha256)
    const now = new Date()
    if (await utimes(path, now, now).then(isDone, isMissing)) return
    await mkdir(dir, { recursive: true })
    await makeRoom(wanted.bytes)
    await download(http, { wanted, source, path }, { signal: entry.abandon.signal })
  }

  async function makeRoom(bytes: number): Promise<void> {
    const files = await kept(dir)
    let total = files.reduce((sum, file) => sum + file.bytes, bytes)
    for (const { name, bytes: freed } of files) {
      if (total <= maxBytes) return
      if (entries.has(name.slice(0, 64))) continue
      await rm(join(dir, name), { force: true })
      total -= freed
    }
  }

  async function holdOne(wanted: Wanted, source: Source, signal: AbortSignal): Promise<InputFile> {
    const { sha256 } = wanted
    if (!DIGEST.test(sha256)) throw new RangeError('not a digest of a file')
    const entry = enter(sha256)
    try {
      entry.coming ??= ensure(entry, wanted, source).finally(() => {
        entry.coming = null
      })
      await orAborted(entry.coming, signal)
      return { sha256, path: pathOf(sha256) }
    } catch (error) {
      leave(sha256)
      throw error
    }
  }

  return {
    async hold(wanted, source, { signal }) {
      const results = await Promise.allSettled(wanted.map((one) => holdOne(one, source, signal)))
      const files = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
      const failed = results.find((result) => result.status === 'rejected')
      const release = () => {
        for (const { sha256 } of files) leave(sha256)
      }
      if (failed) {
        release()
        throw failed.reason
      }
      return { files, release }
    },
  }
}

const isDone = () => true
function isMissing(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
  throw error
}

/** The oldest use first. */
async function kept(dir: string): Promise<{ name: string; bytes: number; usedMs: number }[]> {
  const found = await Promise.all(
    (await readdir(dir)).map(async (name) => {
      const file = await stat(join(dir, name)).catch(() => null)
      return file ? [{ name, bytes: file.size, usedMs: file.mtimeMs }] : []
    }),
  )
  return found.flat().sort((a, b) => a.usedMs - b.usedMs)
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
