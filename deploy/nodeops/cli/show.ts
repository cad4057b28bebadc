// What people read of a deployment: what runs, where it answers, what was applied.

import { ROLES } from '../deployment.ts'
import type { DeploymentState } from '../state.ts'
import type { Observed } from '../target.ts'

const WIDTH = 14

/** With what to do next, unless it is `brief`: then for those who know. */
export function showObserved(observed: Observed, { brief = false } = {}): string[] {
  const { regions, endpoints, hints } = observed
  if (!observed.exists) {
    const kept = ' Its data is kept: deploy goes on with it, delete removes it.'
    return [`Nothing of it runs.${observed.dataKept ? kept : ''}`]
  }
  const services = observed.services.toSorted(
    (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role),
  )
  const placed = regions.filter(({ count }) => count > 0)
  return [
    ...services.map(
      ({ name, ready, replicas, state }) =>
        `  ${name.padEnd(WIDTH)} ${`${ready}/${replicas}`.padEnd(7)} ${state}`,
    ),
    ...(placed.length > 0
      ? [`  workers: ${placed.map(({ region, count }) => `${region} ${count}`).join(', ')}`]
      : []),
    ...(endpoints.length > 0 ? [''] : []),
    ...endpoints.map(({ name, url }) => `  ${name.padEnd(WIDTH)} ${url}`),
    ...(hints.length > 0 && !brief ? ['', ...hints] : []),
  ]
}

export function showRevisions({ revisions, applying }: DeploymentState): string[] {
  const lines = revisions.map(({ revision, appliedAt, deployment }, i) => {
    const mark = i === revisions.length - 1 ? '*' : ' '
    const version = deployment.version === null ? '' : `  version ${deployment.version}`
    return `  ${mark} ${revision}  ${appliedAt}${version}`
  })
  const begun = applying
    ? [`  ! ${applying.revision}  begun ${applying.startedAt} and not finished: deploy goes on`]
    : []
  return lines.length + begun.length === 0 ? [] : ['', 'Revisions:', ...lines, ...begun]
}
