// The coordinators and the parts process of the stack: their settings, and when they are ready.
import path from 'node:path'
import { type NodeProcessOptions, nodeLaunch } from './node-process.ts'
import type { Secrets } from './secrets.ts'
import type { StackPlan } from './stack-plan.ts'
import type { ChildSpec } from './supervise.ts'
import { NAMESPACE } from './temporal.ts'
import { answers } from './wait-until.ts'

export type ServerDeps = {
  plan: StackPlan
  secrets: Secrets
  databaseUrl: string
  walletFile: string
  processes: NodeProcessOptions
}

const STOP_MS = 20_000

function sharedEnv({ plan, secrets, databaseUrl, walletFile }: ServerDeps): Record<string, string> {
  const { admin, masterKey } = secrets
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: plan.temporalAddress,
    TEMPORAL_NAMESPACE: process.env['TEMPORAL_NAMESPACE'] ?? NAMESPACE,
    TEMPORAL_UI_URL: plan.temporalUiUrl,
    SYNDATA_FLEET_ADDRESSES: plan.fleetAddresses,
    SYNDATA_PARTS_URL: plan.partsUrl,
    SYNDATA_STORE: process.env['SYNDATA_STORE'] ?? `folder:${path.join(plan.dataDir, 'store')}`,
    SYNDATA_MASTER_KEY: masterKey,
    SYNDATA_ADMIN_EMAIL: admin.email,
    SYNDATA_ADMIN_PASSWORD: admin.password,
    SYNDATA_ADMIN_API_KEY: admin.apiKey,
    SYNDATA_PUBLIC_URL: plan.restUrl,
    SYNDATA_ALLOW_PRIVATE_HOSTS: '1',
    SYNDATA_DATABASE_HOSTS: process.env['SYNDATA_DATABASE_HOSTS'] ?? 'public,127.0.0.0/8,::1',
    SYNDATA_SQLITE_DIR: process.env['SYNDATA_SQLITE_DIR'] ?? path.join(plan.dataDir, 'sqlite'),
    SYNDATA_ARWEAVE_BUDGET_WINSTON: '1000000000000',
    ARWEAVE_URL: plan.arweaveUrl,
    ARWEAVE_WALLET_FILE: walletFile,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
  }
}

/** One spec per coordinator; ready when it says so itself. */
export function coordinatorSpecs(deps: ServerDeps): ChildSpec[] {
  return deps.plan.coordinators.map(({ name, port, fleetPort, url }) => {
    const env = {
      ...sharedEnv(deps),
      SYNDATA_ROLE: 'coordinator',
      SYNDATA_NAME: name,
      SYNDATA_HTTP_HOST: '127.0.0.1',
      SYNDATA_HTTP_PORT: String(port),
      SYNDATA_FLEET_HOST: '127.0.0.1',
      SYNDATA_FLEET_PORT: String(fleetPort),
    }
    return {
      name,
      role: 'coordinator',
      stage: 1,
      launch: () => nodeLaunch({ role: 'coordinator', name }, { env }, deps.processes),
      isReady: (signal) => answers(`${url}/api/ready`, signal),
      stopMs: STOP_MS,
    }
  })
}

/** The process that takes and serves parts. */
export function partsSpec(deps: ServerDeps): ChildSpec {
  const { partsPort, ipfsPort, partsUrl } = deps.plan
  const env = {
    ...sharedEnv(deps),
    SYNDATA_ROLE: 'parts',
    SYNDATA_NAME: 'parts',
    SYNDATA_PARTS_HOST: '127.0.0.1',
    SYNDATA_PARTS_PORT: String(partsPort),
    SYNDATA_IPFS_LISTEN: `/ip4/127.0.0.1/tcp/${ipfsPort}`,
  }
  return {
    name: 'parts',
    role: 'parts',
    stage: 1,
    launch: () => nodeLaunch({ role: 'parts', name: 'parts' }, { env }, deps.processes),
    isReady: (signal) => answers(`${partsUrl}/ready`, signal),
    stopMs: STOP_MS,
  }
}
