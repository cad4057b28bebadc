// The compose.yaml of a deployment at once, for those who run docker compose themselves.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import type { Deployment, ServiceSpec } from '../../deployment.ts'
import type { Rendered } from '../../target.ts'
import { type ComposeFile, renderCompose } from './render.ts'

/** compose.yaml of the repository, anchors and merges followed. */
export const readBase = (root: string): ComposeFile =>
  parse(readFileSync(path.join(root, 'compose.yaml'), 'utf8'), { merge: true }) as ComposeFile

export const composeText = (file: ComposeFile): string =>
  stringify(file, { aliasDuplicateObjects: false })

/** `root`: of the repository, where images are built from. What stands behind references is in files beside it. */
export function renderWhole(
  { services, regions }: Deployment,
  { name, root }: { name: string; root: string },
): Omit<Rendered, 'findings'> {
  const withEnvFile = services.filter(hasReferences)
  const rendered = renderCompose({
    ...{ name, base: readBase(root), root, regions, hasGpus: true },
    told: services.map(withLiterals),
    withEnvFile: new Set(withEnvFile.map((spec) => spec.name)),
  })
  return { text: composeText(rendered), notes: notesOf(withEnvFile) }
}

const hasReferences = ({ env }: ServiceSpec): boolean =>
  Object.values(env).some((value) => !('value' in value))

/** Compose would take a sign of dollar for a variable of its own. */
function withLiterals(spec: ServiceSpec): ServiceSpec {
  const literals = Object.entries(spec.env).flatMap(([name, value]) =>
    'value' in value ? [[name, value.value.replaceAll('$', '$$$$')]] : [],
  )
  return { ...spec, settings: { ...spec.settings, ...Object.fromEntries(literals) } }
}

const notesOf = (withEnvFile: readonly ServiceSpec[]): string[] => [
  'Secrets are not in it. Once, beside it:',
  'sh deploy/compose/make-env.sh > .env',
  ...withEnvFile.map(({ name, env }) => {
    const names = Object.entries(env).flatMap(([key, value]) => ('value' in value ? [] : [key]))
    return `${name}.env with ${names.map((key) => `${key}=...`).join(', ')}`
  }),
]
