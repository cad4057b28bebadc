// What Akash is not asked for here, or cannot do.
import type { Deployment, ServiceSpec } from '../deployment.ts'
import type { Finding } from '../target.ts'
import {
  dialFindings,
  finding,
  imageFindings,
  WITH_ALL_SERVICES,
  WITH_SCALING,
  WITH_VOLUMES,
  when,
} from './findings.ts'

/** Of one service in one placement. */
const AKASH_COUNT_MAX = 20

export function checkAkash(deployment: Deployment): Finding[] {
  const { services, regions } = deployment
  const worker = services.find(({ role }) => role === 'worker')
  const others = services.filter(({ role }) => role !== 'worker')
  const crowded = regions.filter(({ count }) => count > AKASH_COUNT_MAX)
  return [
    ...others.map(({ name }) =>
      finding(
        'error',
        name,
        `akash runs workers only: run it elsewhere (${WITH_ALL_SERVICES}), and keep the workers in a file of their own, with SYNDATA_COORDINATOR and SYNDATA_TOKEN in env`,
      ),
    ),
    ...(worker
      ? workerFindings(worker, deployment)
      : [finding('error', null, 'there is no worker')]),
    ...crowded.map(({ region, count }) =>
      finding(
        'error',
        worker?.name ?? null,
        `akash takes at most ${AKASH_COUNT_MAX} of a service in one place, not ${count} in ${region}: write several files`,
      ),
    ),
  ]
}

function workerFindings(worker: ServiceSpec, deployment: Deployment): Finding[] {
  const { name, env, volumes, healthCheck } = worker
  const lines = Object.entries(env).filter(
    ([, value]) => 'value' in value && /[\n\r]/.test(value.value),
  )
  return [
    ...imageFindings({ ...deployment, services: [worker] }, 'akash'),
    ...dialFindings(worker),
    ...when(!deployment.regions.some(({ count }) => count > 0), () =>
      finding('error', name, 'no region has a worker: write depin.nodes.preferred'),
    ),
    ...lines.map(([variable]) =>
      finding('error', name, `${variable} has line breaks, which variables of an SDL cannot have`),
    ),
    ...volumes.map((volume) =>
      finding(
        'warning',
        name,
        `the volume ${volume.name} is ephemeral here: it ends with its lease, and the worker enrols anew (${WITH_VOLUMES} keep volumes)`,
      ),
    ),
    ...when(healthCheck !== null, () =>
      finding(
        'warning',
        name,
        'healthCheck is left out: an SDL has none (local, compose and kubernetes have)',
      ),
    ),
    ...when(deployment.scaling !== null, () =>
      finding(
        'warning',
        name,
        `autoscaling is left out: akash runs the counts of the file (${WITH_SCALING} scale)`,
      ),
    ),
    finding(
      'note',
      name,
      'providers see the variables of what they run: give them a token of few machines with trust community',
    ),
  ]
}
