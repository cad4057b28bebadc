// Which provider runs the workers of a pool, as the environment says it.

import { PASSWORD_REF } from '#coordinator/connections/password.ts'

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

type Env = Record<string, string | undefined>

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
const DEPLOYMENTS = { cpu: 'worker-{region}', gpu: 'worker-gpu-{region}' }
const HOW = 'local:<socket>, webhook:<URL>, kubernetes or createos:<project id>'

/** Null when none is named; what is wrong goes into `problems`. */
export function providerSettingsOf(
  pool: 'cpu' | 'gpu',
  env: Env,
  problems: string[],
): ProviderSettings | null {
  const own = pool === 'gpu' && env['SYNDATA_SCALING_GPU_PROVIDER'] ? '_GPU' : ''
  const prefix = `SYNDATA_SCALING${own}`
  const [, kind, rest = ''] = /^(\w+):?(.*)$/.exec(env[`${prefix}_PROVIDER`] ?? '') ?? []
  if (kind === undefined) return null
  const secret = () => secretRef(`${prefix}_SECRET`, env, problems)
  const missing = (): null => {
    problems.push(`${prefix}_PROVIDER must be ${HOW}`)
    return null
  }
  switch (kind) {
    case 'local':
      return rest ? { kind, socket: rest } : missing()
    case 'webhook':
      return isUrl(rest, env) ? { kind, url: rest, secret: secret() } : missing()
    case 'kubernetes':
      return {
        kind,
        url: apiServer(prefix, env),
        account: env[`${prefix}_KUBERNETES_ACCOUNT`] ?? ACCOUNT,
        deployment: env[`${prefix}_KUBERNETES_DEPLOYMENT`] ?? DEPLOYMENTS[pool],
      }
    case 'createos':
      if (!rest) return missing()
      return {
        kind,
        url: env[`${prefix}_CREATEOS_URL`] ?? 'https://api-createos.nodeops.network',
        project: rest,
        environments: environmentsOf(`${prefix}_CREATEOS_ENVIRONMENTS`, env, problems),
        secret: secret(),
      }
    default:
      return missing()
  }
}

/** A bearer secret goes over TLS, but for doors on this machine and its networks where those are allowed. */
function isUrl(text: string, env: Env): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username } = new URL(text)
  const plain = protocol === 'http:' && env['SYNDATA_ALLOW_PRIVATE_HOSTS'] === '1'
  return (protocol === 'https:' || plain) && username === ''
}

function apiServer(prefix: string, env: Env): string {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT'] ?? '443']
  const inside = host ? `https://${host.includes(':') ? `[${host}]` : host}:${port}` : null
  return env[`${prefix}_KUBERNETES_URL`] ?? inside ?? 'https://kubernetes.default.svc'
}

function secretRef(name: string, env: Env, problems: string[]): string {
  const ref = env[name] ?? ''
  if (!new RegExp(PASSWORD_REF).test(ref))
    problems.push(`${name} must name a secret: env:SYNDATA_SECRET_<NAME> or file:<name>`)
  return ref
}

/** Null: found by their names. */
function environmentsOf(name: string, env: Env, problems: string[]): Record<string, string> | null {
  const text = env[name]
  if (!text) return null
  const entries = text.split(',').map((entry) => entry.trim().split('='))
  const good = entries.filter(([region, id]) => region && id)
  if (good.length === 0) problems.push(`${name} must be region=<environment id>,...`)
  return Object.fromEntries(good.map(([region = '', id = '']) => [region, id]))
}
