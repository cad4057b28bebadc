// The scheduler of the stack: it may size the fleet through the control door, where limits are set.
import path from 'node:path'
import type { ServerDeps } from './coordinator.ts'
import { nodeLaunch } from './node-process.ts'
import type { ChildSpec } from './supervise.ts'
import { NAMESPACE } from './temporal.ts'
import { answers } from './wait-until.ts'

/** After the workers in the order of starts, so that it ends before it could miss one. */
const STAGE = 3

export function schedulerSpec({
  plan,
  databaseUrl,
  processes,
}: Pick<ServerDeps, 'plan' | 'databaseUrl' | 'processes'>): ChildSpec {
  const { schedulerPort, dataDir } = plan
  const env = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: plan.temporalAddress,
    TEMPORAL_NAMESPACE: process.env['TEMPORAL_NAMESPACE'] ?? NAMESPACE,
    SYNDATA_ROLE: 'scheduler',
    SYNDATA_NAME: 'scheduler',
    SYNDATA_SCHEDULER_HOST: '127.0.0.1',
    SYNDATA_SCHEDULER_PORT: String(schedulerPort),
    SYNDATA_SCALING_PROVIDER:
      process.env['SYNDATA_SCALING_PROVIDER'] ?? `local:${path.join(dataDir, 'control.sock')}`,
    SYNDATA_ALLOW_PRIVATE_HOSTS: '1',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
  }
  return {
    name: 'scheduler',
    role: 'scheduler',
    stage: STAGE,
    launch: () => nodeLaunch({ role: 'scheduler', name: 'scheduler' }, { env }, processes),
    isReady: (signal) => answers(`http://127.0.0.1:${schedulerPort}/health`, signal),
  }
}
