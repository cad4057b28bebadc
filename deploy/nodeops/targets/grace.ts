// How long a container has between SIGTERM and SIGKILL: as long as its program takes at most to stop in order.
import type { Role, ServiceSpec } from '../deployment.ts'
import type { Finding } from '../target.ts'
import { finding, when } from './findings.ts'

/** What programs take besides what SYNDATA_DRAIN_SECONDS gives them, with some to spare. */
const BESIDES_S: Partial<Record<Role, number>> = { coordinator: 20, parts: 20, worker: 5 }

const drainSecondsOf = ({ SYNDATA_DRAIN_SECONDS: drain }: ServiceSpec['env']): number =>
  drain && 'value' in drain ? Number(drain.value) : Number.NaN

/** Where workers are killed after a time that the file has no say in. */
export const drainFindings = ({ name, env }: ServiceSpec, killedAfterS: number): Finding[] =>
  when(drainSecondsOf(env) + (BESIDES_S.worker ?? 0) > killedAfterS, () => {
    const message = `SYNDATA_DRAIN_SECONDS: workers that stop are killed after ${killedAfterS} s here`
    return finding('warning', name, message)
  })

/** At least `usual`, which is right for what the service has without a word of the file. */
export function graceSecondsOf({ role, env }: ServiceSpec, usual: number): number {
  const seconds = drainSecondsOf(env)
  const besides = BESIDES_S[role]
  if (besides === undefined || !(seconds >= 0)) return usual
  return Math.max(usual, Math.ceil(seconds) + besides)
}
