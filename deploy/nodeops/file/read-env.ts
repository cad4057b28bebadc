// Variables of a service: literals and references, none twice, none that another key of the file sets, and of our own
// settings none that the service would not read, or not take.
import type { Static } from 'typebox'
import { at, type Report } from '#engine/config/problem.ts'
import {
  isMeantAsSetting,
  isSettingOf,
  nearestSetting,
  programsOf,
  SETTING_NAMES,
} from '#settings/names.ts'
import type { Program } from '#settings/programs.ts'
import type { EnvValue, Role } from '../deployment.ts'
import { checkTogether, checkValue } from './check-values.ts'
import type { Read } from './read-tree.ts'
import type { EnvSchema } from './schema-service.ts'
import { SET_BY_FILE } from './settings.ts'

export type ReadEnv = Read<Static<typeof EnvSchema>>

const LOOKS_SECRET = /(PASSWORD|SECRET|TOKEN|API_?KEY|MASTER_KEY|JWT|PRIVATE)/i

type Place = { role: Role; path: string }

export function readEnv(
  list: ReadEnv[],
  { role, path }: Place,
  report: Report,
): Record<string, EnvValue> {
  const env: Record<string, EnvValue> = {}
  for (const [i, variable] of list.entries()) {
    const where = at(path, i)
    const { name } = variable
    const value = envValueOf(variable, where, report)
    if (name === undefined || value === null) continue
    const setBy = SET_BY_FILE[name]
    if (setBy !== undefined) {
      report.problem(
        at(where, 'name'),
        `${name} is set by ${setBy}`,
        `Write ${setBy} in its place.`,
      )
    } else {
      checkSetting(name, { role, path: at(where, 'name') }, report)
      if ('value' in value) checkValue({ role, name, text: value.value }, where, report)
    }
    if (Object.hasOwn(env, name)) {
      report.problem(at(where, 'name'), `${name} is there twice`, 'Keep one of them.')
    }
    if ('value' in value && LOOKS_SECRET.test(name)) {
      report.warning(`${name} looks like a secret and stands in the file: use valueFrom.`)
    }
    env[name] = value
  }
  const pathOf = (name: string) =>
    at(
      path,
      list.findIndex((one) => one.name === name),
    )
  checkTogether(role, env, { pathOf, report })
  return env
}

/** A name that begins as our settings do and that nothing would read is a mistake, not a variable. */
function checkSetting(name: string, { role, path }: Place, report: Report): void {
  const program = role in SETTING_NAMES ? (role as Program) : null
  if (!isMeantAsSetting(name) || (program && isSettingOf(program, name))) return
  const others = programsOf(name)
  if (others.length > 0) {
    const hint = `Write it in env of ${others.join(' or ')}, or leave it out.`
    report.problem(path, `${name} is no setting of a ${role}`, hint)
    return
  }
  const near = nearestSetting(name, program ? SETTING_NAMES[program] : []) ?? nearestSetting(name)
  const hint = near === null ? 'README.md lists all settings.' : `Did you mean ${near}?`
  report.problem(path, `There is no setting ${name}`, hint)
}

const ONE_OF = 'Write value, or valueFrom with one of env, file, secretKeyRef.'

function envValueOf({ value, valueFrom }: ReadEnv, path: string, report: Report): EnvValue | null {
  const found: EnvValue[] = []
  if (value !== undefined) found.push({ value: String(value) })
  if (valueFrom?.env !== undefined) found.push({ fromEnv: valueFrom.env })
  if (valueFrom?.file !== undefined) found.push({ fromFile: valueFrom.file })
  const { name, key } = valueFrom?.secretKeyRef ?? {}
  if (name !== undefined && key !== undefined) found.push({ fromSecret: { name, key } })
  if (found.length === 1) return found[0] ?? null
  const message = found.length === 0 ? 'The variable has no value' : 'The variable has two values'
  report.problem(path, message, ONE_OF)
  return null
}
