// stack.json: what runs and how to reach it, for scripts and tests; there only while everything answers.
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Child } from './child.ts'
import type { Secrets } from './secrets.ts'
import type { StackPlan } from './stack-plan.ts'

export type StackProcess = { name: string; role: string; pid: number; region?: string }

/** The contents of stack.json. */
export type StackFile = {
  rest_url: string
  docs_url: string
  temporal_ui_url: string
  temporal_address: string
  fleet_address: string
  ipfs_gateway_url: string
  arweave_url: string
  database_url: string
  admin: { email: string; password: string; api_key: string }
  processes: StackProcess[]
}

/** The processes that run now. */
export function processesOf(children: Child[]): StackProcess[] {
  return children.flatMap((child) => {
    const pid = child.pid()
    const { name, role, region } = child.spec
    return pid === undefined ? [] : [{ name, role, pid, ...(region !== undefined && { region }) }]
  })
}

/** All of it but the processes. */
export function stackAddresses(
  plan: StackPlan,
  { admin }: Secrets,
  databaseUrl: string,
): Omit<StackFile, 'processes'> {
  return {
    rest_url: plan.restUrl,
    docs_url: `${plan.restUrl}/docs`,
    temporal_ui_url: plan.temporalUiUrl,
    temporal_address: plan.temporalAddress,
    fleet_address: plan.fleetAddresses.split(',')[0] ?? '',
    ipfs_gateway_url: plan.restUrl,
    arweave_url: plan.arweaveUrl,
    database_url: databaseUrl,
    admin: { email: admin.email, password: admin.password, api_key: admin.apiKey },
  }
}

const stackFileOf = (dataDir: string): string => path.join(dataDir, 'stack.json')

/** Replaces stack.json in one step; only its owner can read it. */
export function writeStackFile(dataDir: string, contents: StackFile): void {
  const file = stackFileOf(dataDir)
  writeFileSync(`${file}.new`, `${JSON.stringify(contents, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

export function removeStackFile(dataDir: string): void {
  rmSync(stackFileOf(dataDir), { force: true })
}
