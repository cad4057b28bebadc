// deploy, update, rollback: what is wanted, made so. They differ in what is wanted and from where.
import type { Deployment } from '../deployment.ts'
import { applySteps, waitUntilWell } from '../execute.ts'
import { type PlanOptions, planSteps } from '../plan.ts'
import { revisionOf } from '../revision.ts'
import { TargetError } from '../target.ts'
import { type Command, type CommandOptions, type Context, EXIT, type ExitCode } from './context.ts'
import { checkTarget, openSession, type Session, wordsOf } from './session.ts'
import { showObserved } from './show.ts'
import { refuseUnresolved } from './unresolved.ts'

export const deployCommand: Command = async (context, options, words) => {
  const session = openSession(context, options)
  wordsOf(words, session.deployment, 0)
  return converged(context, options, session, { refresh: false, brief: false })
}

export const updateCommand: Command = async (context, options, words) => {
  const session = openSession(context, options)
  wordsOf(words, session.deployment, 0)
  const { exists } = await session.target.observe(context)
  if (!exists) {
    const message = `${session.deployment.name} is not deployed on ${options.target}`
    throw new TargetError('refused', message, 'Use nodeops deploy.')
  }
  return converged(context, options, session, { refresh: true, brief: true })
}

export const rollbackCommand: Command = async (context, options, words) => {
  const session = openSession(context, options)
  wordsOf(words, session.deployment, 0)
  const deployment = earlier(session, options.to)
  const how = { refresh: false, brief: true }
  return converged(context, options, { ...session, deployment, warnings: [] }, how)
}

function earlier({ state }: Session, to: string | undefined): Deployment {
  const { revisions, applying } = state.read()
  const current = applying?.revision ?? revisions.at(-1)?.revision
  const known = revisions.map(({ revision }) => revision).join(', ')
  const found =
    to === undefined
      ? revisions.findLast(({ revision }) => revision !== current)
      : (revisions.findLast(({ revision }) => revision === to) ?? byNumber(revisions, to))
  if (found) return found.deployment
  const message = to === undefined ? 'there is no earlier revision' : `there is no revision ${to}`
  const whatToDo = known === '' ? 'Nothing was applied from here yet.' : `Applied were ${known}.`
  throw new TargetError('refused', message, whatToDo)
}

/** The second one that `status` lists is 2. */
const byNumber = <Revision>(revisions: readonly Revision[], to: string): Revision | undefined =>
  /^\d{1,2}$/.test(to) ? revisions[Number(to) - 1] : undefined

function converged(
  context: Context,
  options: CommandOptions,
  session: Session,
  { brief, ...plan }: PlanOptions & { brief: boolean },
): Promise<ExitCode> {
  return session.state.whileLocked(async () => {
    const { target, deployment, state } = session
    const { signal, out, err } = context
    const say = options.json ? err : out
    const startedAt = performance.now()
    const findings = await checkTarget(session, { say, strict: options.strict, signal })
    const steps = planSteps(deployment, await target.observe({ signal }), plan)
    refuseUnresolved(session, steps)
    const revision = revisionOf(deployment)
    if (steps.length > 0) state.begin(revision)
    else say('Nothing to do: what runs is what was asked for.')
    const { timeoutMs } = options
    await applySteps(target, deployment, { steps, signal, say, timeoutMs })
    const waiting = {
      signal,
      timeoutMs,
      say: (line: string) => say(`  ${line}`),
    }
    const observed = await waitUntilWell(target, deployment, waiting)
    state.finish(revision, deployment)
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
    const done = target.rendersOnly ? 'is written for' : 'is deployed on'
    say(`${deployment.name} ${done} ${target.name}, revision ${revision} (${seconds} s)`)
    if (options.json) out(JSON.stringify({ revision, steps, findings, observed }, null, 2))
    else out(['', ...showObserved(observed, { brief })].join('\n'))
    return EXIT.ok
  })
}
