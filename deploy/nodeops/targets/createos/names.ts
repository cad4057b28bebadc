// Names of what a deployment has at CreateOS: each says whose it is, so that nothing else is ever touched.
import { createHash } from 'node:crypto'
import { ROLES, type Role } from '../../deployment.ts'

const NAME_MAX = 32
const HASH_DIGITS = 6
const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS)

/** Of a project: 4 to 32 letters, digits and dashes, another one for any other pair. */
export function projectName(deployment: string, service: string): string {
  const short = `${deployment}-${service}`.slice(0, NAME_MAX - HASH_DIGITS - 1)
  return `${short}-${digest(`${deployment}/${service}`)}`
}

export type Owned = { service: string; role: Role }

/** Told to people, and read back: what a project is of. */
export const projectDescription = (deployment: string, { service, role }: Owned): string =>
  `nodeops: deployment ${deployment}, service ${service}, role ${role}`

/** Null for a project that is not of this deployment. */
export function ownedProject(
  deployment: string,
  { uniqueName, description }: { uniqueName: string; description?: string | null },
): Owned | null {
  const match = /^nodeops: deployment (\S+), service (\S+), role (\S+)$/.exec(description ?? '')
  const [, of, service = '', found] = match ?? []
  const role = ROLES.find((known) => known === found)
  if (of !== deployment || !role || uniqueName !== projectName(deployment, service)) return null
  return { service, role }
}

export type VmPlace = { service: string; region: string; slot: number }

export const vmName = (deployment: string, { service, region, slot }: VmPlace): string =>
  `${deployment}-${service}-${region}-${slot}-${digest(`${deployment}/${service}/${region}`)}`

/** Null for a machine that is not of this deployment. */
export function ownedVm(
  deployment: string,
  name: string | null | undefined,
  regions: readonly string[],
): VmPlace | null {
  if (!name?.startsWith(`${deployment}-`)) return null
  for (const region of regions) {
    const match = new RegExp(`^(.+)-${region}-(\\d{1,4})-[0-9a-f]{${HASH_DIGITS}}$`).exec(
      name.slice(deployment.length + 1),
    )
    const [, service = '', slot] = match ?? []
    const place = { service, region, slot: Number(slot) }
    if (match && vmName(deployment, place) === name) return place
  }
  return null
}
