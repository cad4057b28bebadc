// Where enrolment tokens are put for workers to find: a folder of files, or a secret of the cluster around us.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const CALL_MS = 5_000

export type TokenPlace = {
  /** Null where there is none. */
  read(region: string): Promise<string | null>
  write(region: string, token: string): Promise<void>
}

/** Files named by region that their owner can read. */
export function createTokenFolder(dir: string): TokenPlace {
  mkdirSync(dir, { recursive: true })
  const fileOf = (region: string): string => path.join(dir, region)
  return {
    async read(region) {
      try {
        return readFileSync(fileOf(region), 'utf8').trim()
      } catch {
        return null
      }
    },
    async write(region, token) {
      writeFileSync(`${fileOf(region)}.new`, token, { mode: 0o400 })
      renameSync(`${fileOf(region)}.new`, fileOf(region))
    },
  }
}

export type ClusterAccess = { url: string; namespace: string; token: string }

/** How a pod reaches the API server: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export function accessFromPod(
  folder = '/var/run/secrets/kubernetes.io/serviceaccount',
): ClusterAccess {
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8').trim()
  return {
    url: 'https://kubernetes.default.svc',
    namespace: read('namespace'),
    token: read('token'),
  }
}

/** Keys of a secret that exists; the account may get and patch that one. Rejects when it may not. */
export function createTokenSecret(access: ClusterAccess, name: string): TokenPlace {
  const url = `${access.url}/api/v1/namespaces/${access.namespace}/secrets/${name}`
  const call = async (init: RequestInit, contentType?: string) => {
    const headers = {
      authorization: `Bearer ${access.token}`,
      ...(contentType ? { 'content-type': contentType } : {}),
    }
    const reply = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(CALL_MS) })
    if (!reply.ok) throw new Error(`${init.method} secret ${name}: ${reply.status}`)
    return (await reply.json()) as { data?: Record<string, string> }
  }
  return {
    async read(region) {
      const { data } = await call({ method: 'GET' })
      const text = data?.[region]
      return text === undefined ? null : Buffer.from(text, 'base64').toString()
    },
    async write(region, token) {
      const data = { [region]: Buffer.from(token).toString('base64') }
      await call(
        { method: 'PATCH', body: JSON.stringify({ data }) },
        'application/merge-patch+json',
      )
    },
  }
}
