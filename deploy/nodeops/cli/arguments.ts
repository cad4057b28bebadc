// The command line to a command, its words and its options.
import { parseArgs } from 'node:util'
import { nearestName } from '#engine/config/nearest.ts'
import { nameHint } from '#engine/config/problem.ts'
import { readDuration } from '../file/units.ts'
import { optionsGiven } from './called.ts'
import { type CommandOptions, UsageError } from './context.ts'
import { COMMAND_NAMES, type CommandName } from './help.ts'

const OPTIONS = {
  file: { type: 'string', short: 'f' },
  target: { type: 'string', short: 't' },
  'data-dir': { type: 'string' },
  output: { type: 'string', short: 'o' },
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  follow: { type: 'boolean', default: false },
  lines: { type: 'string', short: 'n', default: '50' },
  timeout: { type: 'string', default: '10m' },
  to: { type: 'string' },
  // As others write them: logs NAME --service=S --tail=N, scale NAME --service=S --replicas=N, rollback --revision=N.
  service: { type: 'string' },
  tail: { type: 'string' },
  replicas: { type: 'string' },
  revision: { type: 'string' },
  'keep-data': { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const

type OptionName = keyof typeof OPTIONS

/** Which commands take an option; those that are not here go with all of them. */
const OF_COMMANDS: Readonly<Partial<Record<OptionName, readonly CommandName[]>>> = {
  strict: ['validate', 'plan', 'render', 'deploy', 'update', 'rollback'],
  check: ['plan'],
  follow: ['logs'],
  lines: ['logs'],
  tail: ['logs'],
  timeout: ['deploy', 'update', 'rollback', 'scale'],
  to: ['rollback'],
  revision: ['rollback'],
  service: ['logs', 'scale'],
  replicas: ['scale'],
  'keep-data': ['delete'],
  yes: ['delete'],
  force: ['init'],
}

/** Commands that read no deployment, and so have no word of it. */
const WITHOUT_WORDS: readonly CommandName[] = ['init', 'schema']

export type CommandLine = {
  command: CommandName
  words: string[]
  options: CommandOptions
  /** Those that the next command about the same deployment needs too, as they are typed. */
  given: string
  help: boolean
  version: boolean
}

const LINES_MAX = 100_000

/** Throws UsageError. No word at all is `help`. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const { values, positionals, tokens } = parsed(args)
  const [first = 'help', ...words] = positionals
  const command = COMMAND_NAMES.find((name) => name === first)
  if (!command) {
    const hint = `${nameHint(first, COMMAND_NAMES)} nodeops help lists all of them.`
    throw new UsageError(`there is no command ${first}`, hint)
  }
  refuseOthers(command, tokens)
  if (WITHOUT_WORDS.includes(command) && words[0] !== undefined)
    throw new UsageError(`${words[0]} is one word too many`, `See nodeops help ${command}.`)
  const timeoutMs = readDuration(values.timeout)
  if (timeoutMs === null || timeoutMs === 0) {
    throw new UsageError(
      `${values.timeout} is no time for --timeout`,
      'Write a time such as 10m or 90s.',
    )
  }
  const asked = values.tail ?? values.lines
  const lines = /^\d{1,6}$/.test(asked) ? Number(asked) : Number.NaN
  if (!(lines <= LINES_MAX)) {
    throw new UsageError(`--lines ${asked}`, `Write a number from 0 to ${LINES_MAX}.`)
  }
  const { file, json, strict, check, follow, yes, force, help } = values
  const to = values.to ?? values.revision
  words.push(...serviceWords(values))
  const target = values.target ?? env['NODEOPS_TARGET'] ?? 'local'
  const [dataDir, keepData] = [values['data-dir'], values['keep-data']]
  const flags = { json, strict, check, follow, keepData, yes, force }
  return {
    command,
    words,
    options: { file, target, dataDir, output: values.output, lines, timeoutMs, to, ...flags },
    given: optionsGiven(values),
    help,
    version: values.version,
  }
}

type Token = ReturnType<typeof parsed>['tokens'][number]

/**
 * An option that does nothing here was meant for something: `deploy --check` must not deploy. One that is empty was a
 * variable of the shell that is not set.
 */
function refuseOthers(command: CommandName, tokens: readonly Token[]): void {
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (token.value === '')
      throw new UsageError(`${token.rawName} is empty`, 'Write a value behind it.')
    const takers = OF_COMMANDS[token.name as OptionName]
    if (!takers || takers.includes(command)) continue
    const message = `${command} has no ${token.rawName}`
    throw new UsageError(message, `It is an option of ${takers.join(', ')}.`)
  }
}

function serviceWords({ service, replicas }: { service?: string; replicas?: string }): string[] {
  if (service === undefined && replicas !== undefined)
    throw new UsageError('--replicas without --service', 'Write SERVICE=N, or REGION=N.')
  if (service === undefined) return []
  return [replicas === undefined ? service : `${service}=${replicas}`]
}

function parsed(args: readonly string[]) {
  try {
    const given = followOfLogs(args)
    return parseArgs({ args: given, options: OPTIONS, allowPositionals: true, tokens: true })
  } catch (error) {
    const [message = ''] = (error as Error).message.split(/\n|(?<=')\. /)
    const wrong = /^Unknown option '--([\w-]+)'/.exec(message)?.[1]
    const near = wrong === undefined ? null : nearestName(wrong, Object.keys(OPTIONS))
    throw new UsageError(message, near === null ? 'See nodeops help.' : `Did you mean --${near}?`)
  }
}

/** `logs -f` follows, as `tail -f` does, unless a file is named behind it. */
function followOfLogs(args: readonly string[]): string[] {
  if (!args.includes('logs')) return [...args]
  return args.map((word, i) =>
    word === '-f' && !/\.(ya?ml|json)$/.test(args[i + 1] ?? '') ? '--follow' : word,
  )
}
