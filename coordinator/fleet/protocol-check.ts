// Refuses workers that this release and they could not understand each other, and says which side is to be updated.

import { AppError } from '#engine/errors.ts'
import type { Hello } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { judge, OLDEST_SERVED, PROTOCOL, versionOf, versionText } from '#proto/protocol.ts'

/** AppError worker_outdated or coordinator_outdated. */
export function checkProtocol({ protocol, machine }: Pick<Hello, 'protocol' | 'machine'>): void {
  const told = versionOf(protocol)
  const verdict = judge(told)
  if (verdict === 'served') return
  const engine = machine?.engineVersion ? ` (engine ${machine.engineVersion})` : ''
  const worker = `the worker${engine} speaks fleet protocol ${versionText(told)}`
  if (verdict === 'outdated')
    throw new AppError(
      'worker_outdated',
      `${worker}, and this coordinator serves ${versionText(OLDEST_SERVED)} and later`,
    )
  throw new AppError(
    'coordinator_outdated',
    `${worker}, and this coordinator ${versionText(PROTOCOL)}`,
  )
}
