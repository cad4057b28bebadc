// What the supervisor tells of its processes, as what runs of a deployment.
import path from 'node:path'
import type { Service } from '#proto/control-api.ts'
import type { StackFile } from '#scripts/stack/stack-file.ts'
import type { RegionCount, ServiceSpec } from '../../deployment.ts'
import type { Observed, ObservedService } from '../../target.ts'
import { type LocalRecord, readStack } from './folder.ts'

/** Those on their way out are not counted: who removed them has told others that they go. */
export const remaining = (services: readonly Service[]): Service[] =>
  services.filter(({ state }) => state !== 'draining' && state !== 'stopped')

/** `services`: null while the supervisor does not run, when nothing is there but what was told. */
export function observedOf(
  dataDir: string,
  record: LocalRecord,
  services: readonly Service[] | null,
): Observed {
  const there = remaining(services ?? [])
  const stack = record.exists && services ? readStack(dataDir) : null
  return {
    exists: record.exists,
    revision: record.revision,
    settledRegions: record.settledRegions,
    regions: regionsOf(there),
    services: record.exists
      ? record.told.map((told) =>
          observedService(told, there, { record, isDown: services === null }),
        )
      : [],
    endpoints: stack ? endpointsOf(stack) : [],
    hints: stack ? [...takenPort(record, stack), firstJob(dataDir, stack)] : [],
  }
}

function observedService(
  told: ServiceSpec,
  services: readonly Service[],
  { record, isDown }: { record: LocalRecord; isDown: boolean },
): ObservedService {
  const own = services.filter(({ kind }) => kind === told.role)
  const ready = own.filter(({ state }) => state === 'running')
  const waiting = own.find(({ state }) => state !== 'running')
  return {
    name: told.name,
    role: told.role,
    replicas: own.length,
    ready: ready.length,
    // Its environment has changed, and whether it runs with it is not known: it is told again, the old one too.
    told: record.stale.includes(told.role) ? null : told,
    state: isDown ? 'stopped' : (waiting?.state ?? 'running'),
  }
}

function regionsOf(services: readonly Service[]): RegionCount[] {
  const counts = new Map<string, number>()
  for (const { kind, region } of services) {
    if (kind === 'worker' && region !== undefined) counts.set(region, (counts.get(region) ?? 0) + 1)
  }
  return [...counts].map(([region, count]) => ({ region, count }))
}

const endpointsOf = (stack: StackFile): Observed['endpoints'] => [
  { name: 'REST API', url: stack.rest_url },
  { name: 'documentation', url: stack.docs_url },
  { name: 'IPFS gateway', url: `${stack.ipfs_gateway_url}/ipfs/` },
  { name: 'Temporal UI', url: stack.temporal_ui_url },
  { name: 'fleet', url: stack.fleet_address },
]

/** Whoever calls the port of the file reaches what has it. */
function takenPort({ started }: LocalRecord, { rest_url }: StackFile): string[] {
  const wanted = started?.port ?? 0
  const { port } = new URL(rest_url)
  if (wanted === 0 || port === String(wanted)) return []
  return [`Port ${wanted} of the file was taken when it started, so REST is on ${port}.\n`]
}

/** The key stays in its file. */
const firstJob = (dataDir: string, { rest_url }: StackFile): string => {
  const file = path.join(dataDir, 'stack.json')
  const config = { tables: [{ name: 'people', columns: COLUMNS }] }
  const body = { kind: 'generate', rows: 1_000, config, output: { format: 'csv' } }
  return [
    'Next, make a thousand rows:\n',
    `curl -s ${rest_url}/api/jobs -H 'Content-Type: application/json' \\`,
    `  -H "X-API-Key: $(sed -n 's/.*"api_key": "\\(.*\\)".*/\\1/p' '${file}')" \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n')
}

const COLUMNS = [
  { name: 'id', type: 'int', rule: 'sequence' },
  { name: 'name', type: 'str', rule: 'full_name' },
]
