// Ports of this machine at which people reach a deployment by compose.
import type { ServiceSpec } from '../../deployment.ts'
import { ROLE_FACTS } from '../../file/roles.ts'

/** Of Temporal's pages, where the file does not say. */
const UI_PORT = 8001
const REST_PORT = ROLE_FACTS.coordinator.ports['http'] ?? 0

/** One port for each replica: `8000-8002`. */
export const rangeOf = (first: number, replicas: number): string =>
  replicas > 1 ? `${first}-${first + replicas - 1}` : String(first)

export const restPortOf = (told: readonly ServiceSpec[]): number =>
  told.find(({ role }) => role === 'coordinator')?.ports['http'] ?? REST_PORT

/** The file's, else 8001, or the first one after it that no replica of another service has. */
export function uiPortOf(told: readonly ServiceSpec[]): number {
  const said = told.find(({ role }) => role === 'temporal')?.ports['ui']
  if (said !== undefined && said !== ROLE_FACTS.temporal.ports['ui']) return said
  const taken = new Set(told.flatMap(publishedBy))
  let port = UI_PORT
  while (taken.has(port)) port++
  return port
}

function publishedBy({ role, ports, replicas }: ServiceSpec): number[] {
  if (role !== 'coordinator' && role !== 'parts') return []
  const each = Array.from({ length: Math.max(1, replicas) }, (_, i) => i)
  return Object.values(ports).flatMap((first) => each.map((i) => first + i))
}

/** What programs tell people of these ports, where the base has them tell it. */
export const toldOfDoors = (told: readonly ServiceSpec[]): Record<string, string> => ({
  SYNDATA_PUBLIC_URL: `\${SYNDATA_PUBLIC_URL:-http://localhost:${restPortOf(told)}}`,
  TEMPORAL_UI_URL: `http://localhost:${uiPortOf(told)}`,
})
