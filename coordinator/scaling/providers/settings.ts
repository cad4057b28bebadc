// Which provider runs the workers of a pool, as the environment says it.

import { SCHEDULER } from '#settings/scheduler.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'

/** `secret`: a reference, followed at each call. */
export type ProviderSettings =
  | { kind: 'local'; socket: string }
  | { kind: 'webhook'; url: string; secret: string }
  | { kind: 'kubernetes'; url: string; account: string; deployment: string }
  | {
      kind: 'createos'
      url: string
      project: string
      environments: Record<string, string> | null
      secret: string
    }

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const DEPLOYMENTS = { cpu: 'worker-{region}', gpu: 'worker-gpu-{region}' }
const CREATEOS = 'https://api-createos.nodeops.network'

/** Null when none is named; what is wrong goes into `problems`. */
export function providerSettingsOf(
  pool: 'cpu' | 'gpu',
  env: Env,
  problems: string[],
): ProviderSettings | null {
  const prefix =
    pool === 'gpu' && env['SYNDATA_SCALING_GPU_PROVIDER']
      ? 'SYNDATA_SCALING_GPU'
      : 'SYNDATA_SCALING'
  const { get, need } = createSettingReader(SCHEDULER, env, problems)
  const named = get(`${prefix}_PROVIDER`)
  switch (named?.kind) {
    case undefined:
      return null
    case 'local':
      return named
    case 'webhook':
      if (!named.url.startsWith('https:') && !get('SYNDATA_ALLOW_PRIVATE_HOSTS'))
        problems.push(`${prefix}_PROVIDER must be https, unless SYNDATA_ALLOW_PRIVATE_HOSTS is 1`)
      return { ...named, secret: need(`${prefix}_SECRET`) ?? '' }
    case 'kubernetes':
      return {
        ...named,
        url: get(`${prefix}_KUBERNETES_URL`) ?? apiServer(env),
        account: get(`${prefix}_KUBERNETES_ACCOUNT`) ?? ACCOUNT,
        deployment: get(`${prefix}_KUBERNETES_DEPLOYMENT`) ?? DEPLOYMENTS[pool],
      }
    case 'createos':
      return {
        ...named,
        url: get(`${prefix}_CREATEOS_URL`) ?? CREATEOS,
        environments: environmentsOf(get(`${prefix}_CREATEOS_ENVIRONMENTS`)),
        secret: need(`${prefix}_SECRET`) ?? '',
      }
  }
}

function apiServer(env: Env): string {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT'] ?? '443']
  if (!host) return 'https://kubernetes.default.svc'
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Null: found by their names. */
const environmentsOf = (listed: [region: string, id: string][] = []) =>
  listed.length === 0 ? null : Object.fromEntries(listed)
