// A CreateOS account, machines behind ssh and a target on both: what tests of the createos target begin with.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { Deployment, ServiceSpec } from '../deployment.ts'
import { NEEDED } from '../targets/createos/check.ts'
import { createCreateosTarget } from '../targets/createos.ts'
import { startCreateos } from './createos-double.ts'
import { serviceSpec, smallDeployment } from './deployments.ts'
import { installFakeSsh } from './fake-ssh.ts'

export const TOKEN = 'synw_secret'
export const LARGE = { cpuMillis: 2_000, memoryBytes: 4 * 2 ** 30, gpus: 0 }
export const worker = (changes: Partial<ServiceSpec> = {}) =>
  serviceSpec('worker', {
    image: 'me/worker:1',
    env: {
      SYNDATA_COORDINATOR: { value: 'fleet.example:7443' },
      SYNDATA_TOKEN: { fromEnv: 'WORKER_TOKEN' },
    },
    ...changes,
  })
const elsewhere = Object.fromEntries(NEEDED.map((name) => [name, { value: `of ${name}` }]))
export const coordinator = (changes: Partial<ServiceSpec> = {}) =>
  serviceSpec('coordinator', { image: 'me/coordinator:1', env: elsewhere, ...changes })

export const fleet = (services: ServiceSpec[], regions: Deployment['regions']): Deployment => {
  const replicas = regions.reduce((sum, { count }) => sum + count, 0)
  return smallDeployment({
    regions,
    services: services.map((spec) => (spec.role === 'worker' ? { ...spec, replicas } : spec)),
  })
}
export const TWO = [
  { region: 'us-west', count: 1 },
  { region: 'eu-central', count: 1 },
]

/** All of it ends with the test. */
export async function setUp(t: TestContext) {
  const createos = await startCreateos(t)
  const ssh = installFakeSsh(t)
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'createos-'))
  t.after(() => rmSync(stateFolder, { recursive: true }))
  const env = {
    CREATEOS_API_URL: createos.url,
    CREATEOS_API_KEY: createos.key,
    CREATEOS_SSH_KEY: ssh.keyFile,
    WORKER_TOKEN: TOKEN,
  }
  const open = (changes: NodeJS.ProcessEnv = {}) =>
    createCreateosTarget({
      name: 'small',
      references: { env: { ...env, ...changes }, folder: stateFolder },
      stateFolder,
      timing: { pollMs: 4, appLimitMs: 3_000, vmLimitMs: 600, sshLimitMs: 3_000 },
      calls: { firstPauseMs: 2, timeoutMs: 1_000, pauseMaxMs: 2_000 },
    })
  return { createos, ssh, stateFolder, open }
}
export type Setting = Awaited<ReturnType<typeof setUp>>

export const leftoversOf = ({ createos, stateFolder }: Setting) => [
  ...createos.world.state.projects.map(({ uniqueName }) => `project ${uniqueName}`),
  ...createos.world.state.vms
    .filter(({ states }) => !states[0]?.startsWith('terminat'))
    .map(({ name }) => `machine ${name}`),
  ...readdirSync(stateFolder),
]

export const signal = AbortSignal.timeout(60_000)
export const options = { signal, timeoutMs: 10_000, say: () => undefined }
