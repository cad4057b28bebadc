// Names of all settings that programs read from their environment, so that a misspelt one is told wherever it stands. What
// each means is in README.md and docs/operations.md; test/setting-names.test.ts holds the tables to what the programs read.

import { nearestName } from '#engine/config/nearest.ts'
import { type Program, SETTINGS } from './programs.ts'

const prefixed = (prefix: string, names: string): string[] =>
  names.split(' ').map((name) => prefix + name)

/** Of programs that run all the time, without those of OPEN and those that others named before us. */
export const SETTING_NAMES: Readonly<Record<Program, readonly string[]>> = {
  coordinator: namesOf('coordinator'),
  parts: namesOf('parts'),
  scheduler: namesOf('scheduler'),
  worker: namesOf('worker'),
}

function namesOf(program: Program): string[] {
  return Object.keys(SETTINGS[program]).filter((name) => name.startsWith('SYNDATA_'))
}

/** Of tools, of files beside the programs, and of the stack that starts them: they may stand in the same environment. */
const OF_TOOLS = prefixed(
  'SYNDATA_',
  `URL API_KEY REGIONS TRUST MACHINES TOKENS_DIR TOKENS_SECRET VERSION API_PORTS FLEET_PORTS \
METRICS_KEY BACKUP_PASSPHRASE OFFLINE ROLE`,
)

/** Any name that begins so: secrets that connections and providers name, and what benchmarks are told. */
const OPEN = /^SYNDATA_(SECRET|BENCH)_./
const OPEN_SECRET = /^SYNDATA_SECRET_./

const ALL = [...new Set([...Object.values(SETTING_NAMES).flat(), ...OF_TOOLS])]

/** Whether a program reads it. */
export const isSettingOf = (program: Program, name: string): boolean =>
  SETTING_NAMES[program].includes(name) || (program !== 'worker' && OPEN_SECRET.test(name))

/** Programs that read it. */
export const programsOf = (name: string): Program[] =>
  (Object.keys(SETTING_NAMES) as Program[]).filter((program) => isSettingOf(program, name))

/** Whether it is meant as a setting of ours: another one of the environment is not our business. */
export function isMeantAsSetting(name: string): boolean {
  const [first = ''] = name.split('_')
  return first !== name && (first === 'WORKER' || nearestName(first, ['SYNDATA']) !== null)
}

/** What may have been meant by a name that no program reads; null when none is near. */
export function nearestSetting(name: string, valid: readonly string[] = ALL): string | null {
  const near = nearestName(name, valid)
  if (near !== null || !name.startsWith('WORKER_')) return near
  return nearestName(name.replace(/^WORKER/, 'SYNDATA'), valid)
}

/** A sentence for each name of an environment that begins as a setting does and is none. */
export function strangeSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  const strange = Object.keys(env).filter(
    (name) => name.startsWith('SYNDATA_') && !ALL.includes(name) && !OPEN.test(name),
  )
  return strange.toSorted().map((name) => {
    const near = nearestSetting(name)
    return `nothing reads ${name}${near === null ? '' : `: did you mean ${near}?`}`
  })
}
