// Values of settings, by the parsers of the programs that will read them: what one of them would refuse at its start is
// wrong here, in the same words and at its place.
import { at, type Report } from '#engine/config/problem.ts'
import { type Program, SETTINGS } from '#settings/programs.ts'
import { SCHEDULER } from '#settings/scheduler.ts'
import { problemWith } from '#settings/setting.ts'
import type { EnvValue, Role } from '../deployment.ts'
import { type Policies, SET_BY_FILE, settingsOf } from './settings.ts'

/** What a service of this role would say of a variable at its start; null: nothing. */
export function settingProblem(role: Role, name: string, text: string): string | null {
  const settings = role in SETTINGS ? SETTINGS[role as Program] : {}
  const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
  return setting ? problemWith(name, setting, text) : null
}

const PLACEHOLDER = /\$\{(\w+)[^}]*\}/

/** `path`: of the variable. What has `${NAME}` in it was meant as a reference, and would stay as it is. */
export function checkValue(
  { role, name, text }: { role: Role; name: string; text: string },
  path: string,
  report: Report,
): void {
  const [placeholder, variable] = PLACEHOLDER.exec(text) ?? []
  const filled = `Nothing fills in ${placeholder}: write valueFrom: {env: ${variable}}.`
  const problem = settingProblem(role, name, text)
  if (problem !== null) {
    report.problem(at(path, 'value'), problem, placeholder && filled)
  } else if (placeholder !== undefined) {
    report.warning(`${name}: ${filled}`)
  }
}

/** Providers that are called over the network, which a scheduler does not do without a secret. */
const WITH_SECRET = new Set(['webhook', 'createos'])
const PREFIXES = ['SYNDATA_SCALING', 'SYNDATA_SCALING_GPU'] as const

/** What the program needs beside a variable that it is given. `pathOf`: of a variable. */
export function checkTogether(
  role: Role,
  env: Readonly<Record<string, EnvValue>>,
  { pathOf, report }: { pathOf: (name: string) => string; report: Report },
): void {
  if (role !== 'scheduler') return
  for (const prefix of PREFIXES) {
    const [name, secret] = [`${prefix}_PROVIDER`, `${prefix}_SECRET`] as const
    const given = env[name]
    if (!given || !('value' in given) || secret in env) continue
    const kind = SCHEDULER[`${prefix}_PROVIDER`].read(given.value)?.kind ?? ''
    if (!WITH_SECRET.has(kind)) continue
    const hint = 'Write it in env too: env:SYNDATA_SECRET_<NAME> or file:<name>.'
    report.problem(at(pathOf(name), 'value'), `${secret} is not set`, hint)
  }
}

/** Settings that keys of the file make. `worker`: the path of the worker service, below which some of them stand. */
export function checkPolicies(policies: Policies, worker: string, report: Report): void {
  for (const role of ['coordinator', 'worker', 'scheduler'] as const) {
    for (const [name, text] of Object.entries(settingsOf(role, policies))) {
      const problem = settingProblem(role, name, text)
      const key = SET_BY_FILE[name] ?? ''
      if (problem !== null) report.problem(pathOf(key, worker), problem, `${key} makes it ${text}.`)
    }
  }
}

const pathOf = (key: string, worker: string): string => {
  const steps = key.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  return [steps[0] === 'depin' ? '' : worker, ...steps].join('/')
}
