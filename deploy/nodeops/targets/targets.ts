// Every target by its name.
import path from 'node:path'
import { nameHint } from '#engine/config/problem.ts'
import type { TargetRequest } from '../cli/context.ts'
import { type Target, TargetError } from '../target.ts'
import { createComposeTarget } from './compose.ts'
import { createLocalTarget } from './local.ts'

const ROOT = new URL('../../..', import.meta.url).pathname

const TARGETS: Readonly<Record<string, (request: TargetRequest) => Target>> = {
  local: ({ deployment, stateFolder, dataDir, references }) =>
    createLocalTarget({
      dataDir: dataDir ?? path.join(stateFolder, `${deployment.name}.local`),
      references,
    }),
  compose: ({ deployment, stateFolder, dataDir, references }) =>
    createComposeTarget({
      name: deployment.name,
      dataDir: dataDir ?? path.join(stateFolder, `${deployment.name}.compose`),
      root: ROOT,
      references,
    }),
}

/** Throws TargetError for a name that no target has. */
export function openTarget(request: TargetRequest): Target {
  const open = Object.hasOwn(TARGETS, request.name) ? TARGETS[request.name] : undefined
  if (open) return open(request)
  const hint = nameHint(request.name, Object.keys(TARGETS))
  throw new TargetError('refused', `there is no target ${request.name}`, hint)
}
