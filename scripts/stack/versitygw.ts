// The S3 server that tests run against: built once into the user's cache where there is Go, else those tests say
// that they were skipped.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

const VERSION = 'v1.8.0'

/** Returns in milliseconds when it is there, or there is no Go; a failed build is said and costs only its tests. */
export function ensureVersityGw(say: (line: string) => void): void {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache')
  const folder = path.join(cache, 'syndata', `versitygw-${VERSION}`)
  if (existsSync(path.join(folder, 'versitygw'))) return
  if (spawnSync('versitygw', ['--version']).status === 0) return
  if (spawnSync('go', ['version']).status !== 0) {
    say('no Go, so no S3 server is built: the tests against one are skipped')
    return
  }
  say(`building the S3 server for tests, versitygw ${VERSION}: about a minute, once`)
  mkdirSync(folder, { recursive: true })
  const built = spawnSync(
    'go',
    ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`],
    {
      env: { ...process.env, GOBIN: folder },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (built.status !== 0) say('it could not be built: the tests against an S3 server are skipped')
}
