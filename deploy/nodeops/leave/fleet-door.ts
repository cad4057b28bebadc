// Where the coordinator of a deployment's workers is, and how long they have to come to an end.
import type { Deployment } from '../deployment.ts'
import { TargetError } from '../target.ts'
import type { References } from '../targets/references.ts'
import type { FleetAddress } from './fleet-calls.ts'

const LIMIT_S = 300
const SECONDS_MAX = 86_400

/** NODEOPS_DRAIN_SECONDS, then the file's drainTimeout. 0: nobody waits. Throws TargetError. */
export function drainLimitMs(deployment: Deployment, env: NodeJS.ProcessEnv): number {
  const ofFile = deployment.scaling?.settings?.['SYNDATA_SCALING_DRAIN_SECONDS']
  const seconds = Number(env['NODEOPS_DRAIN_SECONDS'] || (ofFile ?? LIMIT_S))
  if (seconds >= 0 && seconds <= SECONDS_MAX) return 1_000 * seconds
  throw new TargetError(
    'refused',
    'NODEOPS_DRAIN_SECONDS is not a number of seconds',
    'Write 300, or 0 for not waiting.',
  )
}

/** SYNDATA_URL and SYNDATA_API_KEY, for workers of a coordinator elsewhere; null without them. */
export function addressOf({ env }: References): FleetAddress | null {
  const { SYNDATA_URL: url, SYNDATA_API_KEY: apiKey } = env
  return url && apiKey ? { url, apiKey } : null
}

/** Said where workers have to end without. */
export const UNKNOWN_COORDINATOR =
  'their coordinator is not known here (SYNDATA_URL, SYNDATA_API_KEY), so they end by SIGTERM alone'
