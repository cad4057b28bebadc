// Every target by its name.
import path from 'node:path'
import { nameHint } from '#engine/config/problem.ts'
import { ROOT } from '#scripts/stack/tools.ts'
import type { TargetRequest } from '../cli/context.ts'
import { type Target, TargetError } from '../target.ts'
import { createAkashTarget } from './akash.ts'
import { createComposeTarget } from './compose.ts'
import { createCreateosTarget } from './createos.ts'
import { createKubernetesTarget } from './kubernetes.ts'
import { createLocalTarget } from './local.ts'
import type { RenderingPlace, RenderingStream } from './rendered.ts'
import { createTemplateTarget } from './template.ts'

const TARGETS: Readonly<Record<string, (request: TargetRequest) => Target>> = {
  local: ({ deployment, stateFolder, dataDir, references }) =>
    createLocalTarget({
      name: deployment.name,
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
  kubernetes: ({ deployment, references }) =>
    createKubernetesTarget({ deployment, root: ROOT, references }),
  createos: ({ deployment, stateFolder, references }) =>
    createCreateosTarget({ name: deployment.name, references, stateFolder }),
  akash: ({ references, ...request }) => createAkashTarget(references.env, renderedPlace(request)),
  template: (request) => createTemplateTarget(renderedPlace(request)),
}

/** For `--target`. */
export const TARGET_NAMES: readonly string[] = Object.keys(TARGETS)

/** What is rendered lies beside the file that it comes from, unless somebody says where. */
function renderedPlace(
  request: Omit<TargetRequest, 'references'>,
): RenderingPlace | RenderingStream {
  const { name, deployment, stateFolder, output } = request
  if (typeof output === 'function') return { print: output }
  const beside = path.join(path.dirname(stateFolder), `${deployment.name}.${name}.yaml`)
  const toldFile = path.join(stateFolder, `${deployment.name}.${name}.told.json`)
  return { file: output ?? beside, toldFile }
}

const WRITE_A_FILE = ['akash', 'template']

/** Throws TargetError for a name that no target has. */
export function openTarget(request: TargetRequest): Target {
  if (request.output !== undefined && !WRITE_A_FILE.includes(request.name)) {
    const message = `${request.name} writes no file, and has no use for --output`
    throw new TargetError('refused', message, `Leave it out; ${WRITE_A_FILE.join(' and ')} do.`)
  }
  const open = Object.hasOwn(TARGETS, request.name) ? TARGETS[request.name] : undefined
  if (open) return open(request)
  const hint = nameHint(request.name, TARGET_NAMES)
  throw new TargetError('refused', `there is no target ${request.name}`, hint)
}
