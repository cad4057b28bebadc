// Values of variables that stand elsewhere: in the environment of nodeops, or in a file beside nodeops.yaml.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Deployment, EnvValue, ServiceSpec } from '../deployment.ts'
import { settingProblem } from '../file/check-values.ts'
import { type Finding, TargetError } from '../target.ts'

/** Where references lead: `folder` is that of nodeops.yaml. */
export type References = { env: NodeJS.ProcessEnv; folder: string }

/** The whole environment of a service. Throws TargetError `refused` for a reference that leads nowhere, or to a wrong value. */
export const environmentOf = (
  spec: ServiceSpec,
  references: References,
): Record<string, string> => ({ ...spec.settings, ...resolved(spec, references) })

/** Its variables alone. Throws as environmentOf. */
export const resolved = (
  { name, role, env }: ServiceSpec,
  references: References,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([variable, value]) => {
      const text = resolveValue(value, `${variable} of ${name}`, references)
      // What stands in the file was checked with it.
      if (!('value' in value)) refuseWrong({ name, role }, variable, text)
      return [variable, text]
    }),
  )

/** What the program would say at its start is said here, and never with the value. */
function refuseWrong(
  { name, role }: Pick<ServiceSpec, 'name' | 'role'>,
  variable: string,
  text: string,
): void {
  const problem = settingProblem(role, variable, text)
  if (problem === null) return
  const hint = `Correct what the reference of ${variable} leads to.`
  throw new TargetError('refused', `${name}: ${problem}`, hint)
}

/** Of references to variables and files, those that lead nowhere or to what the service would refuse. */
export function unresolvedOf(
  services: readonly ServiceSpec[],
  references: References,
): { service: string; message: string }[] {
  return services.flatMap(({ name, role, env }) =>
    Object.entries(env).flatMap(([variable, value]) => {
      if ('fromSecret' in value) return []
      try {
        const text = resolveValue(value, variable, references)
        const problem = settingProblem(role, variable, text)
        return problem === null ? [] : [{ service: name, message: problem }]
      } catch (error) {
        return [{ service: name, message: (error as TargetError).message }]
      }
    }),
  )
}

function resolveValue(value: EnvValue, what: string, { env, folder }: References): string {
  if ('value' in value) return value.value
  if ('fromEnv' in value) {
    const found = env[value.fromEnv]
    if (found !== undefined) return found
    const message = `${what} is in the variable ${value.fromEnv}, which is not set`
    throw new TargetError('refused', message, `Set ${value.fromEnv} and try again.`)
  }
  if ('fromFile' in value) {
    const file = path.resolve(folder, value.fromFile)
    try {
      return readFileSync(file, 'utf8').trimEnd()
    } catch (cause) {
      const message = `${what} is in ${file}, which cannot be read`
      throw new TargetError('refused', message, 'Make the file, or correct its name.', { cause })
    }
  }
  const message = `${what} is in the secret ${value.fromSecret.name}, and there is no store of secrets here`
  throw new TargetError('refused', message, 'Use valueFrom with env or file for this target.')
}

/** Of variables that name a secret of a target that has none. */
export const secretFindings = ({ services }: Deployment, target: string): Finding[] =>
  services.flatMap(({ name, env }) =>
    Object.entries(env)
      .filter(([, value]) => 'fromSecret' in value)
      .map(([variable]) => ({
        severity: 'error' as const,
        service: name,
        message: `${variable}: ${target} has no store of secrets; use valueFrom with env or file (kubernetes has one)`,
      })),
  )
