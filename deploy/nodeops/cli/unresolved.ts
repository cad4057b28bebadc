// References of a deployment that lead nowhere here, or to a wrong value: a warning to those who look, a refusal before anything is applied.
import type { ServiceSpec } from '../deployment.ts'
import { type Finding, type Step, TargetError } from '../target.ts'
import { unresolvedOf } from '../targets/references.ts'
import type { Session } from './session.ts'

type Looked = Pick<Session, 'target' | 'deployment' | 'references'>

/** Who only looks may have no secrets at hand, and what writes a file needs none of them. */
export const unresolvedFindings = (session: Looked): Finding[] =>
  unresolvedIn(session, session.deployment.services).map((one) => ({ severity: 'warning', ...one }))

/** Throws TargetError `refused` where a service that these steps tell anew has references that lead nowhere. */
export function refuseUnresolved(session: Looked, steps: readonly Step[]): void {
  const told = new Set(
    steps.flatMap((step) => (step.kind === 'create' || step.kind === 'update' ? step.service : [])),
  )
  const services = session.deployment.services.filter(({ name }) => told.has(name))
  const reasons = unresolvedIn(session, services).map(({ message }) => `\n  ${message}`)
  if (reasons.length === 0) return
  const message = `what the file refers to cannot be used:${reasons.join('')}`
  throw new TargetError(
    'refused',
    message,
    'Set these variables or make these files as they have to be, and try again.',
  )
}

const unresolvedIn = ({ target, references }: Looked, services: readonly ServiceSpec[]) =>
  target.rendersOnly ? [] : unresolvedOf(services, references)
