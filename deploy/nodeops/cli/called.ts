// How nodeops was called, so that commands in its texts can be copied as they are: sources write `nodeops deploy`, people
// read `npx nodeops deploy -f other.yaml`.
import path from 'node:path'
import { COMMAND_NAMES, type CommandName } from './help.ts'

export type Called = {
  /** What the shell was given for nodeops: `npx nodeops`, `nodeops`, or a path. */
  program: string
  /** Options of this run that the next one needs too; with a space before each. */
  options: string
}

/** Commands of no deployment: they take no options that name one. */
const ALONE: readonly CommandName[] = ['init', 'schema', 'help']

const COMMAND = new RegExp(`(?<![\\w./-])(?:npx )?nodeops (${COMMAND_NAMES.join('|')})\\b`, 'g')

/** A text with each command in it as it has to be typed. */
export const asTyped = (text: string, { program, options }: Called): string =>
  text.replaceAll(COMMAND, (_, command: CommandName) => {
    const given = ALONE.includes(command) ? '' : options
    return `${program} ${command}${given}`
  })

const TAKEN = ['file', 'target', 'data-dir'] as const

/** Of the values of a command line, those that name what it is about. */
export const optionsGiven = (values: Readonly<Partial<Record<string, unknown>>>): string =>
  TAKEN.flatMap((name) => {
    const value = values[name]
    return typeof value === 'string'
      ? [` ${name === 'file' ? '-f' : `--${name}`} ${word(value)}`]
      : []
  }).join('')

/** `env`: of the process; `script`: what Node was given to run; `cwd`: says where. */
export function programOf(
  script: string,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: () => string },
): string {
  if (env['npm_lifecycle_event'] === 'npx') return 'npx nodeops'
  const folders = (env['PATH'] ?? '').split(path.delimiter)
  const isFound = path.basename(script) === 'nodeops' && folders.includes(path.dirname(script))
  if (isFound) return 'nodeops'
  const near = path.relative(cwd(), script)
  if (near.startsWith('..')) return word(script)
  return word(near.includes(path.sep) ? near : `./${near}`)
}

/** One word of a shell's line. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
