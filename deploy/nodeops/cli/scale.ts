// scale: other numbers for what runs, without another file.
import { nameHint } from '#engine/config/problem.ts'
import { REGIONS } from '#settings/regions.ts'
import { type Deployment, workersOf } from '../deployment.ts'
import { applySteps, waitUntilWell } from '../execute.ts'
import { ROLE_FACTS } from '../file/roles.ts'
import { showPlan } from '../show-plan.ts'
import { type Observed, type Step, TargetError } from '../target.ts'
import { type Command, EXIT, UsageError } from './context.ts'
import { openSession, wordsOf } from './session.ts'
import { showObserved } from './show.ts'

const COUNT_MAX = 1_000
const COUNTS_MAX = 20

export const scaleCommand: Command = async (context, options, words) => {
  const session = openSession(context, options)
  const { target, deployment, state } = session
  const { signal, out, err } = context
  const wanted = readCounts(wordsOf(words, deployment, COUNTS_MAX), deployment)
  return state.whileLocked(async () => {
    const say = options.json ? err : out
    const before = await target.observe({ signal })
    if (!before.exists) {
      throw new TargetError('refused', `${deployment.name} is not deployed`, 'Use nodeops deploy.')
    }
    const steps = stepsOf(wanted, before)
    for (const line of showPlan(steps)) say(line)
    const scaled = withCounts(deployment, wanted, before)
    const beyond = beyondLimits(scaled)
    if (beyond !== null) say(`warning: ${beyond}`)
    const waiting = { signal, timeoutMs: options.timeoutMs, say }
    await applySteps(target, scaled, { ...waiting, steps })
    const observed = await waitUntilWell(target, scaled, waiting)
    if (options.json) out(JSON.stringify({ steps, observed }, null, 2))
    else out(['', ...showObserved(observed, { brief: true })].join('\n'))
    return EXIT.ok
  })
}

/** What the scheduler will undo. */
function beyondLimits({ scaling, ...placed }: Deployment): string | null {
  const workers = workersOf(placed)
  if (!scaling || (workers >= scaling.min && workers <= scaling.max)) return null
  const limits = `the fleet sizes itself from ${scaling.min} to ${scaling.max}`
  return `${workers} workers, and ${limits}: it will soon be back within these limits`
}

type Counts = { services: Map<string, number>; regions: Map<string, number> }

function readCounts(words: readonly string[], deployment: Deployment): Counts {
  const hint = 'Write for example nodeops scale us-west=4 coordinator=2.'
  if (words.length === 0) throw new UsageError('scale needs to know what', hint)
  const counts: Counts = { services: new Map(), regions: new Map() }
  for (const word of words) {
    const [name = '', text = ''] = word.split('=')
    const count = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
    if (!(count <= COUNT_MAX)) throw new UsageError(`${word} is not a name and a number`, hint)
    if ((REGIONS as readonly string[]).includes(name)) counts.regions.set(name, count)
    else counts.services.set(checkedService(name, count, deployment), count)
  }
  return counts
}

function checkedService(name: string, count: number, { services }: Deployment): string {
  const spec = services.find((service) => service.name === name)
  const names = services.filter(({ role }) => role !== 'worker').map((service) => service.name)
  if (!spec) {
    throw new UsageError(`there is no ${name}`, nameHint(name, [...names, ...REGIONS]))
  }
  if (spec.role === 'worker') {
    throw new UsageError('workers are scaled by region', `Write ${REGIONS[0]}=${count} and so on.`)
  }
  const most = ROLE_FACTS[spec.role].replicasMax
  if (count <= most) return name
  throw new UsageError(`${name}=${count}`, `There can be at most ${most} of ${name}.`)
}

function stepsOf({ services, regions }: Counts, observed: Observed): Step[] {
  const scales = [...services].map(([service, to]): Extract<Step, { kind: 'scale' }> => {
    const from = observed.services.find(({ name }) => name === service)?.replicas ?? 0
    return { kind: 'scale', service, from, to }
  })
  const places = [...regions].map(([region, to]): Extract<Step, { kind: 'place' }> => {
    const from = observed.regions.find((found) => found.region === region)?.count ?? 0
    return { kind: 'place', region, from, to }
  })
  return [...scales, ...places].filter(({ from, to }) => from !== to)
}

/** What runs, with the numbers that were asked for: what the file says of numbers has no part in it. */
function withCounts(
  deployment: Deployment,
  { services, regions }: Counts,
  observed: Observed,
): Deployment {
  const others = observed.regions.filter(({ region }) => !regions.has(region))
  const placed = [...regions].map(([region, count]) => ({ region, count }))
  const found = (name: string) => observed.services.find((service) => service.name === name)
  return {
    ...deployment,
    regions: [...others, ...placed].filter(({ count }) => count > 0),
    services: deployment.services.map((spec) => ({
      ...spec,
      replicas: services.get(spec.name) ?? found(spec.name)?.replicas ?? spec.replicas,
    })),
  }
}
