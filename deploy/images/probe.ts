// Whether a process of this container answers: exit code 0 if the URL gives a 2xx within three seconds, else 1.
// `node probe.ts <url>`; certificates of the installation's own CA are taken as they are, as it asks loopback only.

import { get as getPlain } from 'node:http'
import { get as getTls } from 'node:https'

const TIMEOUT_MS = 3_000

/** The status of the answer; rejects when there is none in time. */
export function statusOf(url: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const { protocol, hostname } = new URL(url)
  if (hostname !== '127.0.0.1' && hostname !== 'localhost')
    throw new Error('only loopback is asked')
  const get = protocol === 'https:' ? getTls : getPlain
  const options = { timeout: TIMEOUT_MS, rejectUnauthorized: false }
  const request = get(url, options, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
  request.on('error', reject)
  return promise
}

if (import.meta.main) {
  const url = process.argv[2] ?? ''
  const status = await statusOf(url).catch((error: Error) => error.message)
  const isWell = typeof status === 'number' && status >= 200 && status < 300
  if (!isWell) console.error(`${url}: ${status}`)
  process.exit(isWell ? 0 : 1)
}
