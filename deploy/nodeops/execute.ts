// Carries out a plan step by step and waits until all of it is well. Interrupted anywhere, it is simply begun again.
import { setTimeout as delay } from 'node:timers/promises'
import { type Deployment, type ServiceSpec, serviceOfRole, workersOf } from './deployment.ts'
import { type PlanOptions, planSteps } from './plan.ts'
import { describeStep } from './show-plan.ts'
import { type Bound, type Observed, type Step, type Target, TimedOut } from './target.ts'

type Saying = { say: (line: string) => void }

/**
 * One after the other; workers are told anew when what they work for is well in its new form. Throws what the step throws
 * that fails, TimedOut, and the signal's reason between two.
 */
export async function applySteps(
  target: Target,
  deployment: Deployment,
  { steps, signal, say, timeoutMs }: { steps: readonly Step[] } & Waiting,
): Promise<void> {
  const within = { signal, timeoutMs, say: (line: string) => say(`      ${line}`) }
  const isTold = ({ name }: ServiceSpec): boolean =>
    steps.some((step) => step.kind === 'update' && step.service === name)
  const worker = serviceOfRole(deployment, 'worker')
  const others = deployment.services.filter((spec) => spec !== worker && isTold(spec))
  for (const [i, step] of steps.entries()) {
    signal.throwIfAborted()
    say(`[${i + 1}/${steps.length}] ${describeStep(step)}`)
    const isOfWorkers = step.kind === 'update' && step.service === worker?.name
    if (isOfWorkers && others.length > 0)
      await waitUntilWell(target, { ...deployment, services: others }, within)
    await target.apply(step, { deployment, ...within })
  }
}

export type Waiting = Bound & Saying & { timeoutMs: number }

const LOOK_AGAIN_MS = 500

/**
 * Resolves once every service has all its replicas well and every region its workers. A line per service whenever
 * something about it changes. Throws TimedOut.
 */
export async function waitUntilWell(
  target: Target,
  deployment: Deployment,
  { signal, timeoutMs, say }: Waiting,
): Promise<Observed> {
  const until = performance.now() + timeoutMs
  const said = new Map<string, string>()
  for (;;) {
    const observed = await target.observe({ signal })
    for (const [name, line] of healthLines(deployment, observed)) {
      if (said.get(name) !== line) say(line)
      said.set(name, line)
    }
    const missing = notWell(deployment, observed)
    if (missing.length === 0) return observed
    if (performance.now() > until) throw timedOut(missing, timeoutMs)
    await delay(LOOK_AGAIN_MS, undefined, { signal })
  }
}

function healthLines(deployment: Deployment, { services }: Observed): [string, string][] {
  const asked = services.filter(({ name }) =>
    deployment.services.some((spec) => spec.name === name),
  )
  return asked.map(({ name, replicas, ready, state }) => [
    name,
    `${name.padEnd(14)} ${ready} of ${replicas} ready${state === 'running' ? '' : `, ${state}`}`,
  ])
}

/** Names of services that are not there or not all well. */
function notWell(deployment: Deployment, observed: Observed): string[] {
  return deployment.services
    .filter((spec) => {
      const found = observed.services.find(({ name }) => name === spec.name)
      if (!found) return true
      const wanted = spec.role === 'worker' ? workersOf(observed) : spec.replicas
      return found.ready < wanted
    })
    .map(({ name }) => name)
}

const timedOut = (missing: string[], timeoutMs: number): TimedOut =>
  new TimedOut(
    'failed',
    `not ready after ${timeoutMs / 1_000} s: ${missing.join(', ')}`,
    `See nodeops logs ${missing[0] ?? ''}, or wait longer with --timeout; deploy goes on from here.`,
  )

/** Plans, applies, waits: the whole of a deployment. Returns the steps that there were. */
export async function converge(
  target: Target,
  deployment: Deployment,
  { plan, ...options }: { plan?: PlanOptions } & Waiting,
): Promise<Step[]> {
  const steps = planSteps(deployment, await target.observe(options), plan)
  await applySteps(target, deployment, { ...options, steps })
  await waitUntilWell(target, deployment, options)
  return steps
}
