// A real S3 server for the contract suites: versitygw over a folder, on a free loopback port.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Settings } from '#coordinator/storage/s3-client.ts'
import { freePort } from '#scripts/stack/ports.ts'

const VERSION = 'v1.8.0'
const ANSWERS_WITHIN_MS = 20_000

export const NO_VERSITYGW = `no S3 server: versitygw ${VERSION} is neither in the cache folder nor on PATH`

/** The executable in the user's cache folder or on PATH; null when there is none. */
export function findVersityGw(): string | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const cached = join(cache, 'syndata', `versitygw-${VERSION}`, 'versitygw')
  if (existsSync(cached)) return cached
  try {
    return execFileSync('which', ['versitygw'], { stdio: 'pipe' }).toString().trim()
  } catch {
    return null
  }
}

export type S3Server = {
  /** A new empty bucket and how to reach it. */
  bucket: () => Promise<S3Settings>
  /** The file behind an object, to damage it. */
  objectPath: (bucket: string, key: string) => string
}

/** Starts the server; it and its files go when the test ends. */
export async function startVersityGw(t: TestContext): Promise<S3Server> {
  const root = await mkdtemp(join(tmpdir(), 's3-'))
  const port = await freePort()
  const credentials = { accessKeyId: 'test', secretAccessKey: randomBytes(16).toString('hex') }
  const child = spawn(findVersityGw() ?? '', ['--port', `127.0.0.1:${port}`, 'posix', root], {
    stdio: 'ignore',
    env: {
      ROOT_ACCESS_KEY: credentials.accessKeyId,
      ROOT_SECRET_KEY: credentials.secretAccessKey,
      PATH: process.env['PATH'],
    },
  })
  t.after(async () => {
    await stopped(child)
    await rm(root, { recursive: true, force: true })
  })
  const endpoint = `http://127.0.0.1:${port}`
  await answering(endpoint)
  return {
    async bucket() {
      const bucket = `bucket-${randomBytes(4).toString('hex')}`
      await mkdir(join(root, bucket))
      return { endpoint, bucket, region: 'us-east-1', ...credentials }
    },
    objectPath: (bucket, key) => join(root, bucket, key),
  }
}

async function answering(endpoint: string): Promise<void> {
  const deadlineMs = Date.now() + ANSWERS_WITHIN_MS
  for (;;) {
    try {
      await fetch(endpoint)
      return
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await sleep(20)
    }
  }
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill()
  })
}
