// What every target promises, as tests of one deployment's life: each target's test file runs it.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Deployment } from '../deployment.ts'
import { applySteps, converge, waitUntilWell } from '../execute.ts'
import { planSteps } from '../plan.ts'
import { revisionOf } from '../revision.ts'
import { type Bound, type Observed, type Step, type Target, TargetError } from '../target.ts'

export type Subject = {
  target: Target
  /** Every role, a worker in each of two regions, no autoscaling. */
  first: Deployment
  /** The same with a setting of the workers changed, two more workers in one region and none in the other. */
  second: Deployment
  /** What is left of it anywhere, in words; asked after everything was deleted. */
  leftovers: () => Promise<string[]>
  timeoutMs: number
}

/** One after the other on one deployment: a failure ends it. */
export async function targetContract(t: TestContext, subject: Subject): Promise<void> {
  const parts: [string, (subject: Subject) => Promise<void>][] = [
    ['nothing is there at first, and deleting nothing is fine', nothingThere],
    ['a plan that is applied reaches what was planned, and leaves nothing to plan', reaches],
    ['every step may be repeated', repeats],
    ['a call whose signal is aborted changes nothing and says so', aborted],
    ['interrupted after any step, a new plan goes on from there', resumes],
    ['logs have lines of each service and following ends with its signal, or are refused', hasLogs],
    ['what is deleted is gone', deletes],
  ]
  for (const [name, part] of parts) {
    let isKept = false
    await t.test(name, async () => {
      await part(subject)
      isKept = true
    })
    if (!isKept) return
  }
}

const boundOf = ({ timeoutMs }: Subject) => {
  const signal = AbortSignal.timeout(timeoutMs)
  return { signal, timeoutMs, say: () => undefined }
}

async function nothingThere(subject: Subject): Promise<void> {
  const { target, first } = subject
  const bound = boundOf(subject)
  const errors = (await target.check(first, bound)).filter(({ severity }) => severity === 'error')
  assert.deepEqual(errors, [])
  await target.delete({ ...bound, keepData: false })
  const observed = await target.observe(bound)
  assert.equal(observed.exists, false)
  assert.deepEqual([observed.services, observed.regions, observed.revision], [[], [], null])
}

async function reaches(subject: Subject): Promise<void> {
  const { target, first } = subject
  const bound = boundOf(subject)
  const steps = await converge(target, first, bound)
  assert.deepEqual(
    steps.map(({ kind }) => kind).filter((kind) => kind !== 'create' && kind !== 'place'),
    ['install', 'settle'],
  )
  const observed = await target.observe(bound)
  assertIs(observed, first)
  assert.ok(observed.endpoints.length > 0)
  assert.deepEqual(planSteps(first, observed), [])
}

function assertIs(observed: Observed, deployment: Deployment): void {
  assert.equal(observed.exists, true)
  assert.equal(observed.revision, revisionOf(deployment))
  const named = (services: { name: string; role: string; replicas: number }[]) =>
    services.map(({ name, role, replicas }) => `${name} ${role} ${replicas}`).sort()
  assert.deepEqual(named(observed.services), named(deployment.services))
  for (const { name, replicas, ready } of observed.services) assert.equal(ready, replicas, name)
  const placed = observed.regions.filter(({ count }) => count > 0)
  const byRegion = (a: { region: string }, b: { region: string }): number =>
    a.region.localeCompare(b.region)
  assert.deepEqual(placed.toSorted(byRegion), deployment.regions.toSorted(byRegion))
}

async function repeats(subject: Subject): Promise<void> {
  const { target, first } = subject
  const bound = boundOf(subject)
  const before = await target.observe(bound)
  const steps: Step[] = [
    { kind: 'install' },
    ...first.services.map(({ name }): Step => ({ kind: 'create', service: name })),
    ...first.regions.map(
      ({ region, count }): Step => ({ kind: 'place', region, from: 0, to: count }),
    ),
    { kind: 'settle', revision: revisionOf(first) },
  ]
  await applySteps(target, first, { ...bound, steps })
  const after = await waitUntilWell(target, first, bound)
  assertIs(after, first)
  assert.deepEqual(after.endpoints, before.endpoints)
}

async function aborted(subject: Subject): Promise<void> {
  const { target, first, second } = subject
  const reason = new Error('no more')
  const signal = AbortSignal.abort(reason)
  const say = (): void => undefined
  const step: Step = { kind: 'update', service: 'worker', changes: [] }
  await assert.rejects(target.observe({ signal }), reason)
  await assert.rejects(
    target.apply(step, { deployment: second, signal, timeoutMs: subject.timeoutMs, say }),
    reason,
  )
  await assert.rejects(target.delete({ signal, keepData: false, say }), reason)
  assert.deepEqual(planSteps(first, await target.observe(boundOf(subject))), [])
}

async function resumes(subject: Subject): Promise<void> {
  const { target, second } = subject
  const bound = boundOf(subject)
  const planned = planSteps(second, await target.observe(bound))
  assert.ok(planned.length >= 3, 'settings and regions differ')
  for (let left = planned.length; left > 0; left--) {
    const steps = planSteps(second, await target.observe(bound))
    assert.deepEqual(steps, planned.slice(-left))
    await applySteps(target, second, { ...bound, steps: steps.slice(0, 1) })
  }
  const observed = await waitUntilWell(target, second, bound)
  assertIs(observed, second)
  assert.deepEqual(planSteps(second, observed), [])
}

async function hasLogs(subject: Subject): Promise<void> {
  const { target } = subject
  const bound = boundOf(subject)
  if (target.rendersOnly) return hasNoLogs(target, bound)
  const seen: string[] = []
  for await (const { line } of target.logs({
    ...bound,
    service: 'coordinator',
    lines: 2,
    follow: false,
  }))
    seen.push(line)
  assert.equal(seen.length, 2)
  const enough = new AbortController()
  const signal = AbortSignal.any([bound.signal, enough.signal])
  for await (const { service, line } of target.logs({
    signal,
    service: undefined,
    lines: 1,
    follow: true,
  })) {
    assert.ok(service.length > 0 && line.length > 0)
    enough.abort()
  }
  const unknown = target.logs({ ...bound, service: 'nobody', lines: 1, follow: false })
  await assert.rejects(async () => {
    for await (const { line } of unknown) assert.fail(line)
  }, /nobody/)
}

async function hasNoLogs(target: Target, bound: Bound): Promise<void> {
  await assert.rejects(
    async () => {
      const logs = target.logs({ ...bound, service: undefined, lines: 1, follow: false })
      for await (const { line } of logs) assert.fail(line)
    },
    (error: Error) => error instanceof TargetError && error.kind === 'refused',
  )
}

async function deletes(subject: Subject): Promise<void> {
  const { target } = subject
  const bound = boundOf(subject)
  await target.delete({ ...bound, keepData: false })
  const observed = await target.observe(bound)
  assert.deepEqual([observed.exists, observed.services, observed.regions], [false, [], []])
  assert.deepEqual(await subject.leftovers(), [])
  await target.delete({ ...bound, keepData: false })
}
